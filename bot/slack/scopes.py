"""The OAuth scopes the bot asks for, each with the reason; manifest.yml, the README and `doctor` agree with it."""

BOT_SCOPES = {
    "commands": "the slash command /batch",
    "chat:write": "answers where a response_url is spent, and the audit channel",
    "users:read": "telling guests from members (users.info)",
    "channels:read": "telling shared public channels from one's own (conversations.info)",
    "groups:read": "the same for private channels",
    "im:read": "the same for direct messages with the bot",
    "im:write": "opening one's messages with the bot, for files (conversations.open)",
    "files:write": "sending results and the audit record as files",
    "usergroups:read": "user groups in BATCHDESK_OPERATORS and BATCHDESK_ADMINS",
}
APP_SCOPES = {"connections:write": "Socket Mode"}
BOT_EVENTS = {"app_home_opened": "drawing the App Home tab"}
