"""The words for every expected error: one module for each kind."""
