"""Find the element that a person presses, and make its entries in the payload."""

from typing import Any

from bot.playground.slack_simulator.records import Json, list_elements

# Element type: (the field of its value in the state, the field of its initial value).
_STATE: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "checkboxes": ("selected_options", "initial_options"),
    "radio_buttons": ("selected_option", "initial_option"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", ""),
}
_CHOICES = {**{kind: field for kind, (field, _) in _STATE.items()}, "overflow": "selected_option"}


def find_element(
    blocks: list[Json], action_id: str | None, text: str | None, block_id: str | None = None
) -> tuple[Json, Json]:
    """Return the first element that matches every argument, with its block. Raises LookupError."""
    if action_id is None and text is None:
        raise LookupError("name the element by action_id or by its text")
    for block, element in list_elements(blocks):
        fits_id = action_id is None or element["action_id"] == action_id
        fits_block = not block_id or block.get("block_id") == block_id
        if fits_id and fits_block and (text is None or text in _texts(element)) and _can_be_pressed(block):
            return block, element
    offered = [f"{element['action_id']} {_texts(element)}" for _, element in list_elements(blocks)]
    raise LookupError(f"nothing to press with action_id={action_id!r}, text={text!r}; there is: {offered}")


def _can_be_pressed(block: Json) -> bool:
    return block.get("type") != "input" or bool(block.get("dispatch_action"))


def _texts(element: Json) -> list[str]:
    label = element.get("text") or {}
    return [label["text"]] if label.get("text") else [option["text"]["text"] for option in _options(element)]


def _options(element: Json) -> list[Json]:
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(option for group in groups for option in group["options"])]


def make_action(block: Json, element: Json, selected: Any, action_ts: str) -> Json:
    """Return the entry of `actions` for a pressed or chosen element. Raises LookupError for an unknown choice."""
    kind = element["type"]
    action: Json = {
        "type": kind,
        "action_id": element["action_id"],
        "block_id": block.get("block_id", ""),
        "action_ts": action_ts,
    }
    if kind in _CHOICES:
        field = _CHOICES[kind]
        action[field] = _chosen(element, field, selected)
        return action | {key: element[key] for key in ("placeholder", _STATE.get(kind, ("", ""))[1]) if key in element}
    return action | {key: element[key] for key in ("text", "value", "style", "url") if key in element}


def _chosen(element: Json, field: str, selected: Any) -> Any:
    if field == "selected_options":
        return [_option(element, one) for one in selected or []]
    if field == "selected_option" and element["type"] != "external_select":
        return _option(element, selected)
    return selected


def _option(element: Json, selected: Any) -> Json:
    wanted = selected.get("value") if isinstance(selected, dict) else selected
    for option in _options(element):
        if wanted in (option["value"], option["text"]["text"]):
            return option
    raise LookupError(f"{element['type']} {element['action_id']!r} offers no {wanted!r}")


def read_state(blocks: list[Json], given: Any) -> Json:
    """Return `state.values`: each input's initial value, or what the person entered."""
    entered = given.get("values", given) if isinstance(given, dict) else {}
    values: Json = {}
    for block, element in list_elements(blocks):
        field, initial = _STATE.get(element["type"], ("", ""))
        if not field:
            continue
        start = {"type": element["type"], field: element.get(initial, [] if field.endswith("s") else None)}
        block_id, action_id = block["block_id"], element["action_id"]
        now = (entered.get(block_id) or {}).get(action_id) or {}
        values.setdefault(block_id, {})[action_id] = {**start, **now}
    return values


def find_missing_inputs(blocks: list[Json], values: Json) -> dict[str, str]:
    """Return an error by block_id for every required input that is empty. Slack's own client does not send those."""
    errors: dict[str, str] = {}
    for block, element in list_elements(blocks):
        field, _ = _STATE.get(element["type"], ("", ""))
        if block.get("type") == "input" and not block.get("optional") and field:
            entered = values[block["block_id"]][element["action_id"]].get(field)
            if entered in (None, "", []):
                errors[block["block_id"]] = "Please complete this required field."
    return errors
