"""Services for tests: a real client of a simulated API, and a real store."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx

from bot.api.client import BatchesClient
from bot.api.models_client import CachedCatalog, ModelsClient
from bot.api.retry_policy import RetryPolicy
from bot.caller import ChannelId
from bot.confirmations import Confirmations
from bot.operations.approval import ApprovalLimit
from bot.operations.draft_services import DraftServices
from bot.operations.listing_memory import ListingMemory
from bot.operations.services import Services
from bot.operations.shared_files import FileUnreadable, SharedFile, UnreadableReason
from bot.operations.workspace import Workspace
from bot.pricing.prices import Prices
from bot.requests.archive import RequestArchive
from bot.requests.estimate import TokenCounter
from bot.store.db.database import Database
from bot.store.db.task_queue import Enqueue, enqueue_nothing

NOWHERE = Path("/nonexistent")
"""A folder for tests that store no file."""
PROCESS = "test-process"


class NoSharedFiles:
    """A Slack workspace without files."""

    async def open(self, file_id: str, *, user: str, channel: str | None) -> SharedFile:
        """Raise FileUnreadable, whatever the file."""
        raise FileUnreadable(UnreadableReason.NOT_THERE, file_id)


def build_services(
    http: httpx.AsyncClient,
    database: Database,
    now: Callable[[], datetime],
    *,
    enqueue: Enqueue = enqueue_nothing,
    may_post: Callable[[ChannelId], Awaitable[bool]] | None = None,
    process_id: str = PROCESS,
) -> Services:
    """Return services whose client does not wait between its tries, which archive nothing and ask for no approval."""
    policy = RetryPolicy(sleep=_no_pause)
    return Services(
        workspace=Workspace(
            BatchesClient(http, policy=policy),
            CachedCatalog(ModelsClient(http, policy=policy)),
            TokenCounter(http, policy=policy),
            ListingMemory(),
        ),
        database=database,
        now=now,
        time_zone=UTC,
        prices=Prices.load(),
        drafts=DraftServices(
            files=NoSharedFiles(),
            folder=NOWHERE,
            archive=RequestArchive(NOWHERE, max_bytes=0),
            approval_limit=ApprovalLimit(dollars=None, requests=None),
            approvers=(),
            betas=frozenset(),
        ),
        enqueue=enqueue,
        may_post=may_post or _post_anywhere,
        open_scratch_file=tempfile.TemporaryFile,
        process_id=process_id,
    )


def build_confirmations(
    database: Database,
    now: Callable[[], datetime],
    enqueue: Enqueue = enqueue_nothing,
    process_id: str = PROCESS,
) -> Confirmations:
    """Return confirmations of this process, which leave no safety net behind."""
    return Confirmations(database, now, enqueue, process_id)


async def _post_anywhere(channel: ChannelId) -> bool:
    return True


async def _no_pause(_seconds: float) -> None:
    await asyncio.sleep(0)
