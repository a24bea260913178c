"""How the tables came to be, step by step; applied at the start by bot.store.db.schema."""
