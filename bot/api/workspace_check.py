"""Compare the workspace that the API names with the expected one, before something is changed there."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from bot.api.errors import ApiRejected, ApiUnavailable, KeyRefused, WorkspaceUnchecked, WrongWorkspace
from bot.api.identity import read_workspace_id

VALID_FOR = timedelta(hours=1)
"""A credential may be moved to another workspace, or another one be exchanged for it."""


class ExpectedWorkspace(Struct, frozen=True):
    """The workspace that the API has to name. `admits_no_header`: or none, as behind some gateways."""

    id: str
    admits_no_header: bool
    now: Callable[[], datetime]


class WorkspaceCheck:
    """What the answers for one credential say about its workspace. `ask` sends a cheap call, whose answer says it."""

    def __init__(self, expected: ExpectedWorkspace, ask: Callable[[], Awaitable[object]]) -> None:
        self._expected = expected
        self._ask = ask
        self._named: str | None = None
        self._known_at: datetime | None = None
        self._times_named = 0
        self._asking: asyncio.Task[None] | None = None

    def read(self, headers: Mapping[str, str]) -> None:
        """Record the workspace that an answer names. One that names none says nothing."""
        named = read_workspace_id(headers)
        if named is not None:
            self._named, self._known_at = named, self._expected.now()
            self._times_named += 1

    async def require(self) -> None:
        """Return if the credential is for the expected workspace, as an answer of the last hour says.

        Without such an answer, or before it refuses, it asks, once for all who wait.

        Raises:
            WrongWorkspace: it is for another one, or the API does not say for which.
            WorkspaceUnchecked: the question was not answered.
            KeyRefused, RateLimited, SpendLimitReached: the API refused the question.
        """
        if not (self._is_fresh() and self._agrees()):
            await asyncio.shield(self._learn())
        if not self._agrees():
            raise WrongWorkspace("wrong_workspace", "", expected=self._expected.id, found=self._named)

    def _is_fresh(self) -> bool:
        return self._known_at is not None and abs(self._expected.now() - self._known_at) < VALID_FOR

    def _agrees(self) -> bool:
        return self._named == self._expected.id or (self._named is None and self._expected.admits_no_header)

    def _learn(self) -> asyncio.Task[None]:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_now())
            self._asking.add_done_callback(_retrieve_failure)
        return self._asking

    async def _ask_now(self) -> None:
        before = self._times_named
        try:
            await self._ask()
        except KeyRefused:
            raise
        except ApiRejected:  # a gateway without this call
            pass
        except ApiUnavailable as error:
            raise WorkspaceUnchecked(
                error.kind, error.message, error.status, error.request_id, error.retry_after, may_have_happened=False
            ) from error
        if self._times_named == before:  # no answer has named one meanwhile
            self._named, self._known_at = None, self._expected.now()


def _retrieve_failure(asking: asyncio.Task[None]) -> None:
    """Mark a failure as seen, in case everyone who waited was interrupted."""
    if not asking.cancelled():
        asking.exception()
