"""The HTTP client of the Message Batches API."""
