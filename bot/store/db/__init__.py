"""The database engine, the tables, and what all records share."""
