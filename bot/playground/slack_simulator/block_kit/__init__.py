"""Block Kit's rules as tables, one module per family of blocks."""
