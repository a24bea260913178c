"""The composition objects, such as text, options and confirm dialogs (docs.slack.dev, composition objects)."""

from bot.playground.slack_simulator.block_kit.rules import (
    Rule,
    all_of,
    boolean,
    by_type,
    exactly_one,
    items,
    one_of,
    shape,
    string,
)

BLOCK_ID = string(255)
ACTION_ID = string(255, 1)
URL = string(3000, 1)


def plain_text(high: int) -> Rule:
    """Require a `plain_text` object of at most `high` characters."""
    return by_type({"plain_text": shape({"text": string(high, 1)}, {"emoji": boolean})})


def any_text(high: int) -> Rule:
    """Require a `plain_text` or `mrkdwn` object of at most `high` characters."""
    return by_type(
        {
            "plain_text": shape({"text": string(high, 1)}, {"emoji": boolean}),
            "mrkdwn": shape({"text": string(high, 1)}, {"verbatim": boolean}),
        }
    )


CONFIRM = shape(
    {"title": plain_text(100), "text": any_text(300), "confirm": plain_text(30), "deny": plain_text(30)},
    {"style": one_of("primary", "danger")},
)
OPTION = shape({"text": plain_text(75), "value": string(150, 1)}, {"description": plain_text(75)})
OVERFLOW_OPTION = shape(
    {"text": plain_text(75), "value": string(150, 1)}, {"description": plain_text(75), "url": string(3000)}
)
MARKED_OPTION = shape({"text": any_text(75), "value": string(150, 1)}, {"description": any_text(75)})
OPTION_GROUP = shape({"label": plain_text(75), "options": items(OPTION, 100)})
SLACK_FILE = all_of(exactly_one("id", "url"), shape({}, {"id": string(255, 1), "url": URL}))
DISPATCH_CONFIG = shape(
    {"trigger_actions_on": items(one_of("on_enter_pressed", "on_character_entered"), 2)},
)
CONVERSATION_FILTER = shape(
    {},
    {
        "include": items(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
