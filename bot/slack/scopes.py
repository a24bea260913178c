"""The OAuth scopes that the bot uses, each with its reason and what is lost without it.

The manifests, `doctor` and the documents agree with them.
"""

BOT_SCOPES = {
    "commands": "the slash command /batch",
    "chat:write": "cards, notices, audit lines, and answers whose response_url has expired",
    "users:read": "recognizing guests and outsiders (users.info), and payloads of other apps (bots.info)",
    "channels:read": "recognizing channels shared with other organizations (conversations.info)",
    "groups:read": "the same for private channels",
    "im:read": "the same for direct messages with the bot",
    "mpim:read": "the same for group direct messages",
    "im:write": "sending files in direct messages (conversations.open)",
    "app_mentions:read": "commands that mention the bot, in channels and threads (app_mention)",
    "channels:history": "looking up an unconfirmed message before sending it again (conversations.history)",
    "groups:history": "the same in private channels",
    "im:history": "commands in direct messages with the bot (message.im), and looking up unconfirmed messages there",
    "files:write": "sending results and the audit record as files",
    "files:read": "reading files of requests (files.info and the download)",
    "usergroups:read": "user groups in the settings that name people, such as BATCHDESK_OPERATORS",
}
LOST_WITHOUT = {
    "commands": "no one can type a command",
    "chat:write": "no card, notice or audit line appears",
    "users:read": "no one is answered, because a guest could be anyone",
    "channels:read": "no one is answered in public channels, because they might be shared",
    "groups:read": "the same in private channels",
    "im:read": "the same in direct messages with the bot",
    "mpim:read": "no one is answered in group direct messages",
    "im:write": "no file and no progress of long work reaches a person",
    "app_mentions:read": "mentions of the bot are not answered",
    "channels:history": "a message whose answer was lost is reported as unconfirmed, and not sent again",
    "groups:history": "the same in private channels",
    "im:history": "only /batch is answered in direct messages with the bot, and unconfirmed messages are reported",
    "files:write": "results and the audit record are not sent as files",
    "files:read": "batches are created from a prompt and a list alone, not from files",
    "usergroups:read": "only single people can be named in the settings",
}
OPTIONAL_SCOPES = frozenset(
    {
        "mpim:read",
        "app_mentions:read",
        "channels:history",
        "groups:history",
        "im:history",
        "files:write",
        "files:read",
        "usergroups:read",
    }
)
"""Those without which everything else works."""
APP_SCOPES = {"connections:write": "Socket Mode"}
BOT_EVENTS = {
    "app_home_opened": "drawing the App Home tab",
    "app_mention": "commands that mention the bot",
    "message.im": "commands in direct messages with the bot",
}
LOST_WITHOUT_EVENT = {
    "app_home_opened": "the tab stays empty",
    "app_mention": "mentions of the bot are not answered",
    "message.im": "only /batch is answered in direct messages with the bot",
}
TAKES_MESSAGES = True
"""Whether people can write to the bot in its Messages tab (`messages_tab_read_only_enabled` is off)."""
