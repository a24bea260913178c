"""Words for what can go wrong, a module a kind."""
