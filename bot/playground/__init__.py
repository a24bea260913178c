"""The real bot between two simulated outside worlds, on loopback."""
