"""What the App Home tab remembers: since when it cannot be brought up to date, and who has opened it."""

import logging
from collections.abc import Callable
from datetime import datetime

from slack_sdk.web.async_client import AsyncWebClient

from bot.caller import Caller
from bot.commands.base import Origin
from bot.commands.home import HomeBoard
from bot.operations.services import Services
from bot.permissions import NotPermitted
from bot.pipeline import Answer, Interaction, Pipeline
from bot.slack.errors import SLACK_ERRORS, describe_error
from bot.slack.surfaces import HomeSurface, Surface
from bot.slack.workspace_choices import WorkspaceChoices
from bot.store.db.connection import Connection
from bot.store.db.database import StoreUnavailable
from bot.store.records import homes, workers
from bot.store.records.homes import OpenedHome
from bot.store.transactions.home_state import read_home_states
from bot.ui.components.workspace_mark import WorkspaceMark, mark_blocks
from bot.ui.home import render_tab_failed
from bot.ui.reply import Message, Reply

log = logging.getLogger(__name__)


class HomeTab:
    """Remembers since when the board fails, as far as this process knows."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._failing_since: datetime | None = None

    def record(self, verb: str, outcome_name: str) -> None:
        """Forget the failures once the board can be drawn again."""
        if verb == HomeBoard.verb and outcome_name == "ok":
            self._failing_since = None

    def complete(self, answer: Answer, surface: Surface) -> Reply:
        """Return the reply, on the tab with the time since which it fails. A refusal is no failure."""
        reply = answer.reply
        has_failed = answer.error is not None and not isinstance(answer.error, NotPermitted)
        if not (has_failed and isinstance(surface, HomeSurface) and isinstance(reply, Message)):
            return reply
        self._failing_since = self._failing_since or self._now()
        return render_tab_failed(reply, self._failing_since)


class HomeVisits:
    """Records who draws their tab. A worker redraws it when something changes, a minute later at the soonest.

    `is_one_of_several`: the tab may have shown another workspace before, which is not drawn any more.
    """

    def __init__(self, services: Services, *, is_one_of_several: bool = False) -> None:
        self._services = services
        self._is_one_of_several = is_one_of_several

    async def record(self, caller: Caller) -> None:
        """Record a visit with the state that its drawing shows. Call it before. A failing store is logged."""
        services = self._services
        now = services.now()

        def store(connection: Connection) -> None:
            shown = read_home_states(connection, [caller.user], now)[caller.user]
            home = OpenedHome(services.workspace.id, caller.user, caller.team, now, shown)
            if self._is_one_of_several:
                homes.leave(connection, caller.user)
            homes.record_visit(connection, home)
            workers.delay_until(connection, homes.name_place(caller.user), now + homes.ONCE_IN)

        try:
            await services.database.run(store)
        except StoreUnavailable:
            log.warning("a visit of the Home tab is not recorded", exc_info=True)


class HomeDrawing:
    """Draws a person's Home tab without their asking. `mark`: its workspace, if there are several `choices`."""

    def __init__(
        self,
        pipeline: Pipeline,
        client: AsyncWebClient,
        choices: WorkspaceChoices,
        mark: WorkspaceMark | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._client = client
        self._choices = choices
        self._mark = mark

    async def draw(self, caller: Caller) -> bool:
        """Publish the board as the person may see it now; False if it cannot be made, and the tab stays as it is."""
        answer = await self._pipeline.answer(Interaction(caller, HomeBoard().spell(), Origin.HOME))
        if answer.error is not None and not isinstance(answer.error, NotPermitted):
            return False
        if isinstance(answer.reply, Message):
            shown = await self._choices.add_switch(answer.reply, self._mark, caller)
            blocks = [dict(block) for block in mark_blocks(shown.blocks, self._mark)]
            view = {"type": "home", "blocks": blocks}
            try:
                await self._client.views_publish(user_id=caller.user, view=view)
            except SLACK_ERRORS as error:  # the next change is the next try
                log.warning("cannot redraw a Home tab: %s", describe_error(error))
        return True
