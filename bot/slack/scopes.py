"""The OAuth scopes that the bot needs, each with its reason. The manifests and `doctor` agree with them."""

BOT_SCOPES = {
    "commands": "the slash command /batch",
    "chat:write": "cards, notices, audit lines, and answers whose response_url has expired",
    "users:read": "recognizing guests and outsiders (users.info), and payloads of other apps (bots.info)",
    "channels:read": "recognizing channels shared with other organizations (conversations.info)",
    "groups:read": "the same for private channels",
    "im:read": "the same for direct messages with the bot",
    "im:write": "sending files in direct messages (conversations.open)",
    "channels:history": "looking up an unconfirmed message before sending it again (conversations.history)",
    "groups:history": "the same in private channels",
    "im:history": "the same in direct messages with the bot",
    "files:write": "sending results and the audit record as files",
    "files:read": "reading files of requests (files.info and the download)",
    "usergroups:read": "user groups in the settings that name people, such as BATCHDESK_OPERATORS",
}
OPTIONAL_SCOPES = frozenset({"files:write", "files:read", "usergroups:read"})
"""Those without which everything else works."""
APP_SCOPES = {"connections:write": "Socket Mode"}
BOT_EVENTS = {"app_home_opened": "drawing the App Home tab"}
