"""The migrations of the tables. bot.store.db.schema applies them at the start."""
