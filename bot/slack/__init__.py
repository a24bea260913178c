"""The edge: with bot.app, the only code that knows Slack Bolt."""
