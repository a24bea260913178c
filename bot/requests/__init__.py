"""A file of requests, from its lines to a checked request body."""
