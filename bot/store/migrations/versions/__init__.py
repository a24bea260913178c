"""One file a step. A step only adds, so that the version before it can still run beside it."""
