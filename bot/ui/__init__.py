"""What people see: pure, no I/O, no async."""
