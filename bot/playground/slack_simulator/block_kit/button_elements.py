"""Elements to press: buttons, overflow menus and feedback buttons (docs.slack.dev, block elements)."""

from bot.playground.slack_simulator.block_kit.objects import ACTION_ID, CONFIRM, OVERFLOW_OPTION, plain_text
from bot.playground.slack_simulator.block_kit.rules import Rule, boolean, items, one_of, shape, string

_FEEDBACK = shape({"text": plain_text(75), "value": string(2000)}, {"accessibility_label": string(75)})
_LOOK: dict[str, Rule] = {
    "action_id": ACTION_ID,
    "confirm": CONFIRM,
    "accessibility_label": string(75),
}
_WORKFLOW = shape(
    {
        "trigger": shape(
            {"url": string(3000, 1)},
            {"customizable_input_parameters": items(shape({"name": string(255), "value": string(3000)}), 100)},
        )
    }
)

BUTTON = shape(
    {"text": plain_text(75)},
    {
        **_LOOK,
        "value": string(2000),
        "url": string(3000),
        "style": one_of("primary", "danger"),
        "agent_prompt": string(4000),
        "agent_prompt_display": string(4000),
        "visible_to_user_ids": items(string(255, 1), 1000, low=0),
    },
)
OVERFLOW = shape({"options": items(OVERFLOW_OPTION, 5)}, {"action_id": ACTION_ID, "confirm": CONFIRM})

PRESSED: dict[str, Rule] = {"button": BUTTON, "overflow": OVERFLOW}
WORKFLOW_BUTTON: dict[str, Rule] = {
    "workflow_button": shape(
        {"text": plain_text(75), "workflow": _WORKFLOW}, {**_LOOK, "style": one_of("primary", "danger")}
    )
}
CONTEXT_ACTIONS: dict[str, Rule] = {
    "feedback_buttons": shape(
        {"positive_button": _FEEDBACK, "negative_button": _FEEDBACK},
        {"action_id": ACTION_ID, "focus_on_load": boolean},
    ),
    "icon_button": shape(
        {"icon": string(255, 1), "text": plain_text(75)},
        {**_LOOK, "value": string(2000), "visible_to_user_ids": items(string(255, 1), 1000, low=0)},
    ),
}
