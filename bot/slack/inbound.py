"""Read Slack's payloads: what a person did, and where to answer."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.commands.base import Origin
from bot.commands.create import Create
from bot.commands.delete import DeleteListed
from bot.commands.home import HomeBoard
from bot.commands.registry import AnyCommand
from bot.operations.follow import is_direct
from bot.operations.shared_files import NoFileInMessage
from bot.pipeline import Interaction
from bot.slack.download import UNREADABLE_MODES
from bot.slack.forms import (
    FormPlace,
    FormSeal,
    opens_modal,
    read_count,
    read_create,
    read_decline,
    read_edit,
    read_retry,
)
from bot.slack.surfaces import HomeSurface, MessageSurface, ModalSurface, Surface
from bot.ui.components.bulk import COUNT_FORM
from bot.ui.components.buttons import read_button
from bot.ui.verbs.decline import DECLINE_FORM
from bot.ui.verbs.edit import EDIT_FORM
from bot.ui.verbs.retry import RETRY_FORM

Payload = dict[str, Any]  # Any: JSON from outside. Everything that leaves this module is typed


UNSTAMPED = ""
"""What a button or a form carries for a workspace if it was made while there was only one."""


class InboundInteraction(Struct, frozen=True):
    """One interaction, and the surface for its answer.

    `workspace`: what its button or form carries; None if it came from neither. `chooses`: remember that one.
    """

    interaction: Interaction
    surface: Surface
    workspace: str | None = None
    chooses: bool = False


def read_command(payload: Payload) -> InboundInteraction:
    """Read a slash command."""
    channel = ChannelId(payload["channel_id"])
    in_direct = _is_direct_channel(channel, payload.get("channel_name"))
    caller = Caller(UserId(payload["user_id"]), TeamId(payload.get("team_id") or ""), channel, in_direct)
    text = payload.get("text") or ""
    trigger = payload.get("trigger_id") if opens_modal(text) else None
    surface = MessageSurface(
        caller, payload["response_url"], replaces_message=False, seen_by_others=False, trigger_id=trigger
    )
    return InboundInteraction(Interaction(caller, text), surface)


def read_shortcut(payload: Payload) -> InboundInteraction:
    """Read the message shortcut: make a batch of the message's file. Raises NoFileInMessage."""
    surface = read_interaction_surface(payload, replaces_message=False)
    files = [file for file in (payload.get("message") or {}).get("files") or [] if isinstance(file, dict)]
    best_first = sorted(files, key=rank_file)
    if not best_first or not best_first[0].get("id"):
        raise NoFileInMessage
    command = Create(str(best_first[0]["id"]))
    return InboundInteraction(Interaction(surface.caller, command.spell(), Origin.PRESSED, command=command), surface)


def rank_file(file: Payload) -> int:
    """Return how likely a file of a message holds requests, 0 for most: stubs have no name, and names any case."""
    name = str(file.get("name") or "").lower()
    if file.get("is_external") or file.get("mode") in UNREADABLE_MODES:
        return 4
    if name.endswith((".jsonl", ".ndjson")):
        return 0
    if not name:
        return 2
    return 1 if name.endswith((".json", ".txt")) else 3


def read_form(payload: Payload, seal: FormSeal) -> InboundInteraction:
    """Read a submitted form, which `seal` signed when it was shown. Raises FormIncomplete."""
    view = payload["view"]
    surface = read_interaction_surface(payload, replaces_message=False)
    place = _read_form_place(view, seal, surface.caller)
    caller = replace(surface.caller, channel=ChannelId(place.channel) if place.channel else None)
    command = _read_form_command(view, place)
    confirmation_id = command.question if isinstance(command, DeleteListed) else None
    interaction = Interaction(caller, command.spell(), Origin.SUBMITTED, confirmation_id, command=command)
    workspace = place.workspace or UNSTAMPED
    if place.question_url is None:
        return InboundInteraction(interaction, ModalSurface(caller, None, thread_ts=place.thread_ts), workspace)
    return InboundInteraction(
        interaction,
        MessageSurface(
            caller, place.question_url, replaces_message=True, seen_by_others=False, thread_ts=place.thread_ts
        ),
        workspace,
    )


def _read_form_place(view: Payload, seal: FormSeal, caller: Caller) -> FormPlace:
    return seal.read(view.get("private_metadata") or "", str(view.get("callback_id")), caller.user)


def _read_form_command(view: Payload, place: FormPlace) -> AnyCommand:
    state = view.get("state")
    callback_id = view.get("callback_id")
    if callback_id == DECLINE_FORM:
        return read_decline(state, place.subject or "")
    if callback_id == RETRY_FORM:
        return read_retry(state, place.subject or "", place.values)
    if callback_id == COUNT_FORM:
        return read_count(state, place)
    if callback_id == EDIT_FORM:
        return read_edit(state, place.subject or "", place.values)
    return read_create(state, str(view["id"]))


def read_press(payload: Payload, seal: FormSeal) -> InboundInteraction:
    """Read a press in a message, a modal or on App Home. Raises NotOurButton.

    A press in a form redraws it, so its answer still goes where the form was opened, as `seal` signed it.
    """
    value = read_button(_read_value(payload["actions"][0]))
    surface = read_interaction_surface(payload, replaces_message=value.renew)
    if isinstance(surface, MessageSurface) and opens_modal(value.text):
        surface = replace(surface, trigger_id=payload.get("trigger_id"), seen_by_others=False)
    if isinstance(surface, ModalSurface):
        place = _read_form_place(payload.get("view") or {}, seal, surface.caller)
        if place.channel is not None:
            caller = replace(surface.caller, channel=ChannelId(place.channel))
            surface = replace(surface, caller=caller, thread_ts=place.thread_ts)
    interaction = Interaction(
        surface.caller,
        value.text,
        Origin.HOME if isinstance(surface, HomeSurface) else Origin.PRESSED,
        value.confirmation,
        seen_by_others=isinstance(surface, MessageSurface) and surface.seen_by_others,
    )
    return InboundInteraction(interaction, surface, value.workspace or UNSTAMPED, value.chooses)


def _read_value(action: Payload) -> str:
    """Return the value of a button, or of the chosen option of a menu. Slack sends null for a menu that was cleared."""
    return str(action.get("value") or (action.get("selected_option") or {}).get("value") or "")


def read_home(payload: Payload) -> InboundInteraction:
    """Read the opening of the App Home tab, which shows the board."""
    event = payload["event"]
    caller = Caller(UserId(event["user"]), TeamId(payload.get("team_id") or ""), None)
    return InboundInteraction(
        Interaction(caller, HomeBoard().spell(), Origin.HOME),
        HomeSurface(caller, trigger_id=None, replaces_message=True),
    )


def read_interaction_surface(payload: Payload, *, replaces_message: bool) -> Surface:
    """Read where an interactive payload came from, also for a press of a button that is not the bot's."""
    user = payload["user"]
    container = payload.get("container") or {}
    team = (payload.get("team") or {}).get("id") or user.get("team_id") or ""
    channel = (payload.get("channel") or {}).get("id") or container.get("channel_id")
    name = (payload.get("channel") or {}).get("name")
    in_direct = channel is not None and _is_direct_channel(channel, name)
    caller = Caller(UserId(user["id"]), TeamId(team), ChannelId(channel) if channel else None, in_direct)
    view = payload.get("view") or {}
    if payload.get("response_url") and not view:
        is_shared = not is_direct(str(channel))
        seen = bool(container) and not container.get("is_ephemeral", False) and is_shared
        return MessageSurface(
            caller,
            payload["response_url"],
            replaces_message=replaces_message,
            seen_by_others=seen,
            thread_ts=_read_thread(payload),
        )
    if view.get("type") == "home":
        return HomeSurface(caller, payload.get("trigger_id"), replaces_message=replaces_message)
    return ModalSurface(caller, view.get("id"))


def _is_direct_channel(channel: object, name: object) -> bool:
    """Return whether a channel is a direct message or a group of them, which Slack names `mpdm-…`."""
    return str(channel).startswith("D") or str(name or "").startswith("mpdm-")


def _read_thread(payload: Payload) -> str | None:
    """Return the thread that an interaction's message is a reply in. The first message of a thread is none."""
    container = payload.get("container") or {}
    message = payload.get("message") or {}
    thread = container.get("thread_ts") or message.get("thread_ts")
    ts = container.get("message_ts") or message.get("ts") or payload.get("message_ts")
    return str(thread) if thread and thread != ts else None


def read_global_shortcut(payload: Payload) -> InboundInteraction:
    """Read the global shortcut that opens the form of a new batch. It belongs to no channel."""
    user = payload["user"]
    team = (payload.get("team") or {}).get("id") or user.get("team_id") or ""
    caller = Caller(UserId(user["id"]), TeamId(team), None)
    surface = HomeSurface(caller, payload.get("trigger_id"), replaces_message=False)
    return InboundInteraction(Interaction(caller, Create().spell(), Origin.PRESSED), surface)


def read_any_surface(payload: Payload) -> Surface:
    """Read where any payload came from, to answer one that could not be read."""
    if "event" in payload:
        return read_home(payload).surface
    return (
        read_command(payload).surface
        if "command" in payload
        else read_interaction_surface(payload, replaces_message=False)
    )
