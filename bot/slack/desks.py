"""The desks: what answers in each workspace of the API, and which of them an interaction belongs to.

A channel has one workspace. Elsewhere it is the one that the button or the form carries, or the one that was typed, or
the one that the person chose. With one workspace, everything goes to its desk.
"""

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from bot.caller import ChannelId
from bot.commands.base import Origin
from bot.commands.language.words import take_option
from bot.operations.workspace_faults import WorkspaceFault, WorkspaceRefused
from bot.pipeline import Interaction, Pipeline
from bot.slack.delivery import ReplyDelivery
from bot.slack.event_claims import EventClaims
from bot.slack.home_tab import HomeTab, HomeVisits
from bot.slack.inbound import UNSTAMPED, InboundInteraction
from bot.slack.progress_messages import ProgressMessages
from bot.slack.workspace_choices import WorkspaceChoices
from bot.ui.components.workspace_choice import render_workspace_question
from bot.ui.components.workspace_mark import WorkspaceMark
from bot.ui.errors.render import render_error
from bot.ui.reply import Message

OPTION = "workspace"
"""The option that names a workspace, for every verb, outside channels."""


class Desk(Struct, frozen=True):
    """What answers in one workspace. `mark` is None if it is the only one.

    `hand_over` stores messages for people or channels, which a worker sends, because this process is about to end.
    """

    mark: WorkspaceMark | None
    channels: frozenset[str]
    pipeline: Pipeline
    delivery: ReplyDelivery
    progress: ProgressMessages
    claims: EventClaims
    visits: HomeVisits
    home_tab: HomeTab
    audit_channel: str | None
    hand_over: Callable[[Sequence[tuple[Message, str]]], Awaitable[None]]


class Routed(Struct, frozen=True):
    """The desk of an interaction, and the interaction as the desk answers it.

    `instead`: what to show without answering: a question or a refusal.
    """

    desk: Desk
    interaction: Interaction
    instead: Message | None = None


class Desks:
    """All desks, in the order of the settings. `nowhere` refuses what comes from a channel of no workspace."""

    def __init__(self, desks: Sequence[Desk], nowhere: Desk, choices: WorkspaceChoices) -> None:
        self._desks = tuple(desks)
        self._choices = choices
        self.nowhere = nowhere

    async def route(self, inbound: InboundInteraction) -> Routed:
        """Return the desk that an interaction belongs to. Raises nothing."""
        interaction = inbound.interaction
        if len(self._desks) == 1:
            return Routed(self._desks[0], interaction)
        typed = None
        if interaction.origin is Origin.TYPED and interaction.command is None:
            text, typed = take_option(interaction.text, OPTION)
            interaction = replace(interaction, text=text)
        try:
            if interaction.caller.is_outside_channels:
                return await self._route_outside(replace(inbound, interaction=interaction), typed)
            return self._route_in_channel(inbound, interaction, typed)
        except WorkspaceRefused as error:
            return Routed(self.nowhere, interaction, render_error(error))

    def stop_readings(self) -> None:
        """Stop every long reading, because the process is about to end."""
        for desk in (*self._desks, self.nowhere):
            desk.progress.stop_all()

    async def complete_home(self, message: Message, routed: Routed) -> Message:
        """Return what the Home tab shows, with the menu that switches to another workspace."""
        return await self._choices.add_switch(message, routed.desk.mark, routed.interaction.caller)

    def _route_in_channel(self, inbound: InboundInteraction, interaction: Interaction, typed: str | None) -> Routed:
        """Return the desk of the channel. Raises WorkspaceRefused."""
        desk = self._find_by_channel(interaction.caller.channel)
        if desk is None:
            return Routed(self.nowhere, interaction)
        name = desk.mark.name if desk.mark is not None else ""
        if typed is not None:
            raise WorkspaceRefused(WorkspaceFault.IN_CHANNEL, of_channel=name)
        if inbound.workspace not in (None, UNSTAMPED):
            stamped = self._find_stamped(inbound)
            if stamped is not desk:
                of_button = stamped.mark.name if stamped.mark is not None else ""
                raise WorkspaceRefused(WorkspaceFault.MOVED, of_button, name)
        return Routed(desk, interaction)

    async def _route_outside(self, inbound: InboundInteraction, typed: str | None) -> Routed:
        """Return the desk for direct messages and Home, or a question. Raises WorkspaceRefused."""
        interaction = inbound.interaction
        caller = interaction.caller
        if typed is None and inbound.workspace == UNSTAMPED:
            return Routed(self._desks[0], interaction)
        if typed is None and inbound.workspace is not None:
            desk = self._find_stamped(inbound)
            if inbound.chooses and desk.mark in await self._choices.list_open(caller):
                await self._choices.remember(caller, desk.mark.key if desk.mark is not None else "")
            return Routed(desk, interaction)
        open_marks = await self._choices.list_open(caller)
        by_mark = {desk.mark: desk for desk in self._desks}
        if typed is not None:
            found = next((each for each in open_marks if each.name.lower() == typed.lower()), None)
            if found is None:
                raise WorkspaceRefused(WorkspaceFault.UNKNOWN, typed, known=tuple(each.name for each in open_marks))
            return Routed(by_mark[found], interaction)
        if not open_marks:
            return Routed(self.nowhere, interaction)
        if len(open_marks) == 1:
            return Routed(by_mark[open_marks[0]], interaction)
        key = await self._choices.find(caller)
        chosen = next((each for each in open_marks if key in (each.key, each.name)), None)
        if chosen is None:
            return Routed(self.nowhere, interaction, render_workspace_question(open_marks, interaction.text))
        return Routed(by_mark[chosen], interaction)

    def _find_stamped(self, inbound: InboundInteraction) -> Desk:
        """Return the desk whose workspace a button or a form carries. Raises WorkspaceRefused."""
        for desk in self._desks:
            if desk.mark is not None and inbound.workspace in (desk.mark.key, desk.mark.name):
                return desk
        raise WorkspaceRefused(WorkspaceFault.GONE)

    def _find_by_channel(self, channel: ChannelId | None) -> Desk | None:
        return next((desk for desk in self._desks if channel in desk.channels), None)
