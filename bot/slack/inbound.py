"""Slack's payloads → what a person did, and where to answer."""

from dataclasses import dataclass
from typing import Any

from bot.commands.base import Caller, ChannelId, Origin, TeamId, UserId
from bot.pipeline import Interaction
from bot.slack.surfaces import Hook, Surface, Tab, Window
from bot.ui.buttons import read_button

Payload = dict[str, Any]  # Any: JSON from outside; everything beyond this module is typed


@dataclass(frozen=True)
class Received:
    """One interaction with the place its answer belongs to."""

    interaction: Interaction
    surface: Surface


def read_command(payload: Payload) -> Received:
    """Read a slash command."""
    caller = Caller(UserId(payload["user_id"]), TeamId(payload["team_id"]), ChannelId(payload["channel_id"]))
    surface = Hook(caller, payload["response_url"], renews=False, seen_by_others=False)
    return Received(Interaction(caller, payload.get("text") or ""), surface)


def read_press(payload: Payload) -> Received:
    """Read a press in a message, a modal or on App Home. Raises NotOurButton."""
    value = read_button(str(payload["actions"][0].get("value") or ""))
    surface = read_surface(payload, renews=value.renew)
    interaction = Interaction(
        surface.caller,
        value.text,
        Origin.HOME if isinstance(surface, Tab) else Origin.PRESSED,
        value.confirmation,
        seen_by_others=isinstance(surface, Hook) and surface.seen_by_others,
    )
    return Received(interaction, surface)


def read_home(payload: Payload) -> Received:
    """Read the opening of the App Home tab: the same wish as `/batch` alone."""
    event = payload["event"]
    caller = Caller(UserId(event["user"]), TeamId(payload.get("team_id") or ""), None)
    return Received(Interaction(caller, "", Origin.HOME), Tab(caller, trigger_id=None, renews=True))


def read_surface(payload: Payload, *, renews: bool) -> Surface:
    """Read where an interactive payload came from; also for presses that carry nothing of ours."""
    user, container = payload["user"], payload.get("container") or {}
    team = (payload.get("team") or {}).get("id") or user.get("team_id") or ""
    channel = (payload.get("channel") or {}).get("id") or container.get("channel_id")
    caller = Caller(UserId(user["id"]), TeamId(team), ChannelId(channel) if channel else None)
    view = payload.get("view") or {}
    if payload.get("response_url") and not view:
        seen = not container.get("is_ephemeral", False)
        return Hook(caller, payload["response_url"], renews=renews, seen_by_others=seen)
    if view.get("type") == "home":
        return Tab(caller, payload.get("trigger_id"), renews=renews)
    return Window(caller, view.get("id"))


def read_place(payload: Payload) -> Surface:
    """Read where anything came from, for an answer to what could not be read otherwise."""
    if "event" in payload:
        return read_home(payload).surface
    return read_command(payload).surface if "command" in payload else read_surface(payload, renews=False)
