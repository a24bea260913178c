"""The edge: the only place, with bot.app, that knows Slack Bolt."""
