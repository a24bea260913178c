"""What the bot can be asked to do: one module a verb."""
