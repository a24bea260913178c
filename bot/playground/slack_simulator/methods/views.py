"""views.open, views.push, views.update, views.publish."""

from typing import Any

from bot.playground.slack_simulator.message_arguments import parse_json
from bot.playground.slack_simulator.methods.arguments import read_required
from bot.playground.slack_simulator.methods.method import Method
from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.refusals import Refusal, refuse_missing_field
from bot.playground.slack_simulator.state import SlackState
from bot.playground.slack_simulator.view_store import check_view


def _view(arguments: Json, *kinds: str) -> Any:
    if arguments.get("view") is None:
        raise refuse_missing_field("view")
    return check_view(parse_json(arguments["view"], "invalid_arguments"), *kinds)


def open_view(state: SlackState, arguments: Json) -> Json:
    """Open a modal for the person of the trigger id. A refused view does not use up the trigger."""
    view = _view(arguments, "modal")
    user = state.triggers.redeem(read_required(arguments, "trigger_id"))
    return {"ok": True, "view": state.views.open(user, view)}


def push(state: SlackState, arguments: Json) -> Json:
    """Open a modal on top of the current one."""
    view = _view(arguments, "modal")
    user = state.triggers.redeem(read_required(arguments, "trigger_id"))
    return {"ok": True, "view": state.views.push(user, view)}


def update(state: SlackState, arguments: Json) -> Json:
    """Change an open view, by view_id or external_id."""
    view = _view(arguments, "modal", "home")
    view_id, external_id = arguments.get("view_id") or "", arguments.get("external_id") or ""
    if not view_id and not external_id:
        raise refuse_missing_field("view_id")
    body = state.views.update(view, view_id=view_id, external_id=external_id, hash_=arguments.get("hash"))
    return {"ok": True, "view": body}


def publish(state: SlackState, arguments: Json) -> Json:
    """Set one person's Home tab."""
    user = read_required(arguments, "user_id")
    view = _view(arguments, "home")
    if not state.world.home_tab:
        raise Refusal("not_enabled")
    if user not in state.world.people:
        raise Refusal("user_not_found")
    return {"ok": True, "view": state.views.publish(user, view, arguments.get("hash"))}


VIEWS = {
    "views.open": Method(open_view),
    "views.push": Method(push),
    "views.update": Method(update),
    "views.publish": Method(publish),
}
