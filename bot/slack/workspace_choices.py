"""Which of several workspaces a person may choose for direct messages and Home, and which they chose."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct

from bot.caller import Caller
from bot.commands.home import HomeBoard
from bot.permissions import FindCallerFacts, NotPermitted, Rules, check_person, check_role
from bot.store.db.database import Database, StoreUnavailable
from bot.store.records import choices
from bot.ui.components.workspace_choice import add_switch
from bot.ui.components.workspace_mark import WorkspaceMark
from bot.ui.reply import Message

log = logging.getLogger(__name__)


class Choosable(Struct, frozen=True):
    """A workspace, and what decides who may choose it."""

    mark: WorkspaceMark
    rules: Rules
    find_caller_facts: FindCallerFacts


class WorkspaceChoices:
    """The choices of people. A store that fails is logged: the person is asked again."""

    def __init__(self, workspaces: Sequence[Choosable], database: Database, now: Callable[[], datetime]) -> None:
        self._workspaces = workspaces
        self._database = database
        self._now = now

    async def list_open(self, caller: Caller) -> list[WorkspaceMark]:
        """Return the workspaces in which a person has a role, in the order of the settings."""
        found = await asyncio.gather(*(_has_role(each, caller) for each in self._workspaces))
        return [each.mark for each, may in zip(self._workspaces, found, strict=True) if may]

    async def find(self, caller: Caller) -> str | None:
        """Return the key of the workspace that a person chose, or None."""
        try:
            return await self._database.run(lambda connection: choices.get(connection, caller.user))
        except StoreUnavailable:
            log.warning("cannot read which workspace %s chose", caller.user, exc_info=True)
            return None

    async def remember(self, caller: Caller, key: str) -> None:
        """Remember a choice."""
        now = self._now()
        try:
            await self._database.run(lambda connection: choices.choose(connection, caller.user, key, now))
        except StoreUnavailable:
            log.warning("cannot remember which workspace %s chose", caller.user, exc_info=True)

    async def add_switch(self, message: Message, mark: WorkspaceMark | None, caller: Caller) -> Message:
        """Return what the Home tab shows of one of several workspaces, with a menu of the others."""
        if mark is None:
            return message
        return add_switch(message, await self.list_open(caller), mark, HomeBoard().spell())


async def _has_role(workspace: Choosable, caller: Caller) -> bool:
    facts = await workspace.find_caller_facts(caller)
    try:
        check_person(caller, facts, workspace.rules)
        check_role(caller, facts, workspace.rules)
    except NotPermitted:
        return False
    return True
