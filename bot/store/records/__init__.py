"""The rows of the store, one module for each table: plain functions that take a connection."""
