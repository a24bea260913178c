"""One file for each migration. A migration only adds, so the version before it can still run beside it."""
