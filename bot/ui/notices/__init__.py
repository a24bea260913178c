"""Messages that the worker posts without being asked."""
