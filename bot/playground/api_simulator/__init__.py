"""A Message Batches API that behaves like the real one, on loopback."""
