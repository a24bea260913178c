"""The health page, the metrics and the log."""
