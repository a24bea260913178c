"""Every message, file and form that people see. No I/O and no async in here."""
