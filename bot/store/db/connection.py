"""The connection of a transaction. Code that must not import SQLAlchemy imports it from here."""

from sqlalchemy import Connection

__all__ = ["Connection"]
