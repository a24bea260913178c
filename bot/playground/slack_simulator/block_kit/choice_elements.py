"""Elements to choose from: selects, checkboxes, radio buttons and pickers (docs.slack.dev, block elements)."""

from bot.playground.slack_simulator.block_kit.objects import (
    ACTION_ID,
    CONFIRM,
    CONVERSATION_FILTER,
    MARKED_OPTION,
    OPTION,
    OPTION_GROUP,
    plain_text,
)
from bot.playground.slack_simulator.block_kit.rules import (
    Rule,
    all_of,
    boolean,
    exactly_one,
    integer,
    items,
    shape,
    string,
)

_ANY: dict[str, Rule] = {"action_id": ACTION_ID, "confirm": CONFIRM, "focus_on_load": boolean}
_SELECT: dict[str, Rule] = {**_ANY, "placeholder": plain_text(150)}
_ID = string(255, 1)
_OPTIONS: dict[str, Rule] = {"options": items(OPTION, 100), "option_groups": items(OPTION_GROUP, 100)}
_MANY: dict[str, Rule] = {**_SELECT, "max_selected_items": integer(1, 100_000)}
_TALK: dict[str, Rule] = {"default_to_current_conversation": boolean, "filter": CONVERSATION_FILTER}
_ANSWERS: dict[str, Rule] = {"response_url_enabled": boolean}
_ONE_LIST = exactly_one("options", "option_groups")
_QUERY: dict[str, Rule] = {"min_query_length": integer(0, 3000)}


def _several(rule: Rule) -> Rule:
    return items(rule, 100_000, low=0)


SELECTS: dict[str, Rule] = {
    "static_select": all_of(_ONE_LIST, shape({}, {**_SELECT, **_OPTIONS, "initial_option": OPTION})),
    "external_select": shape({}, {**_SELECT, **_QUERY, "initial_option": OPTION}),
    "users_select": shape({}, {**_SELECT, "initial_user": _ID}),
    "conversations_select": shape({}, {**_SELECT, **_TALK, **_ANSWERS, "initial_conversation": _ID}),
    "channels_select": shape({}, {**_SELECT, **_ANSWERS, "initial_channel": _ID}),
}
MULTI_SELECTS: dict[str, Rule] = {
    "multi_static_select": all_of(_ONE_LIST, shape({}, {**_MANY, **_OPTIONS, "initial_options": _several(OPTION)})),
    "multi_external_select": shape({}, {**_MANY, **_QUERY, "initial_options": _several(OPTION)}),
    "multi_users_select": shape({}, {**_MANY, "initial_users": _several(_ID)}),
    "multi_conversations_select": shape({}, {**_MANY, **_TALK, "initial_conversations": _several(_ID)}),
    "multi_channels_select": shape({}, {**_MANY, "initial_channels": _several(_ID)}),
}
BOXES: dict[str, Rule] = {
    "checkboxes": shape({"options": items(MARKED_OPTION, 10)}, {**_ANY, "initial_options": items(MARKED_OPTION, 10)}),
    "radio_buttons": shape({"options": items(MARKED_OPTION, 10)}, {**_ANY, "initial_option": MARKED_OPTION}),
}
PICKERS: dict[str, Rule] = {
    "datepicker": shape({}, {**_SELECT, "initial_date": string(10, 10)}),
    "timepicker": shape({}, {**_SELECT, "initial_time": string(5, 5), "timezone": string(100)}),
    "datetimepicker": shape({}, {**_ANY, "initial_date_time": integer(1_000_000_000, 9_999_999_999)}),
}
CHOSEN: dict[str, Rule] = {**SELECTS, **MULTI_SELECTS, **BOXES, **PICKERS}
