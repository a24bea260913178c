"""Messages that the worker posts."""
