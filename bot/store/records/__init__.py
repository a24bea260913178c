"""The rows of the store, a module a table: plain functions that take a connection."""
