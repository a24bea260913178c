"""The health page, what it counts, and how the log is written."""
