"""Block Kit's rules as tables: one small module a family."""
