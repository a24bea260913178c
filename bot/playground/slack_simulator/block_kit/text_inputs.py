"""Elements for text and files. They appear only in input blocks (docs.slack.dev, block elements)."""

from bot.playground.slack_simulator.block_kit.objects import ACTION_ID, DISPATCH_CONFIG, plain_text
from bot.playground.slack_simulator.block_kit.rich_text import RICH_TEXT
from bot.playground.slack_simulator.block_kit.rules import Rule, boolean, by_type, integer, items, shape, string

_ANY: dict[str, Rule] = {
    "action_id": ACTION_ID,
    "placeholder": plain_text(150),
    "focus_on_load": boolean,
    "dispatch_action_config": DISPATCH_CONFIG,
}

TYPED: dict[str, Rule] = {
    "plain_text_input": shape(
        {},
        {
            **_ANY,
            "initial_value": string(3000),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
    ),
    "email_text_input": shape({}, {**_ANY, "initial_value": string(3000)}),
    "url_text_input": shape({}, {**_ANY, "initial_value": string(3000)}),
    "number_input": shape(
        {"is_decimal_allowed": boolean},
        {**_ANY, "initial_value": string(255), "min_value": string(255), "max_value": string(255)},
    ),
    "rich_text_input": shape({}, {**_ANY, "initial_value": by_type({"rich_text": RICH_TEXT})}),
}
FILE_INPUT: dict[str, Rule] = {
    "file_input": shape(
        {}, {"action_id": ACTION_ID, "filetypes": items(string(255, 1), 100), "max_files": integer(1, 10)}
    )
}
