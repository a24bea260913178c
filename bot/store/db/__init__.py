"""The engine, the tables, and what every table is written with."""
