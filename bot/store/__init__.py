"""What must survive a restart; the only SQLAlchemy in the package."""
