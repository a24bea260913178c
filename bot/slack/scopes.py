"""The OAuth scopes that the bot needs, each with its reason. The manifests and `doctor` agree with them."""

BOT_SCOPES = {
    "commands": "the slash command /batch",
    "chat:write": "cards and notices of watched batches, the audit channel, answers where a response_url is spent",
    "users:read": "telling guests from members (users.info)",
    "channels:read": "telling shared public channels from one's own (conversations.info)",
    "groups:read": "the same for private channels",
    "im:read": "the same for direct messages with the bot",
    "im:write": "opening one's messages with the bot, for files (conversations.open)",
    "channels:history": "finding one's own message again before a doubtful one is repeated (conversations.history)",
    "groups:history": "the same in private channels",
    "im:history": "the same in direct messages with the bot",
    "files:write": "sending results and the audit record as files",
    "files:read": "reading the file of requests that a batch is to be made of (files.info, its download)",
    "usergroups:read": "user groups in BATCHDESK_OPERATORS and BATCHDESK_ADMINS",
}
APP_SCOPES = {"connections:write": "Socket Mode"}
BOT_EVENTS = {"app_home_opened": "drawing the App Home tab"}
