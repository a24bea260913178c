"""`/batch retry ID`: a new batch of only what failed and may succeed the next time."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Self

from bot.batches.causes import CauseKey
from bot.batches.models import MessageBatch, check_batch_id
from bot.batches.requests_file import Checked, check_requests
from bot.batches.retrying import Failures
from bot.batches.spools import select
from bot.commands.arguments import Arguments, OptionSpec
from bot.commands.base import Caller, Help, Permission, Services
from bot.commands.drafting import (
    DraftReady,
    FileRefused,
    Left,
    counted_chunks,
    new_id,
    rechecked,
    stored_draft,
    workshop_of,
)
from bot.commands.names import file_in
from bot.commands.progress import LongCommand, Progress
from bot.commands.references import Reference, find_batch, parse_reference
from bot.store import labels

NAMED_CAUSES = 5


@dataclass(frozen=True)
class NothingToRetry:
    """No request of the batch is worth it; `left` are those that would fail as before."""

    batch: MessageBatch
    left: tuple[Left, ...]


@dataclass(frozen=True)
class RetryTooEarly:
    """The batch has not ended: what fails is not known yet."""

    batch: MessageBatch


@dataclass(frozen=True)
class RetryTooLate:
    """The results are no longer kept, so nobody knows which requests failed."""

    batch: MessageBatch


@dataclass(frozen=True)
class OriginalNeeded:
    """So many requests could be retried, but they are not kept here: the original file is needed."""

    batch: MessageBatch
    requests: int


RetryOutcome = DraftReady | FileRefused | NothingToRetry | RetryTooEarly | RetryTooLate | OriginalNeeded


@dataclass(frozen=True)
class Retry(LongCommand):
    """Make a child of what errored retryably, expired or was canceled; with `everything` of all that failed."""

    verb: ClassVar[str] = "retry"
    permission: ClassVar[Permission] = Permission.OPERATE
    help: ClassVar[Help] = Help(
        "retry ID [--all] [--file FILE-LINK]",
        "a new batch of only what failed and may succeed the next time; asks first, with its cost",
        "retry last",
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (OptionSpec("all", takes_value=False), OptionSpec("file"))

    reference: Reference
    everything: bool = False
    file: str | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference and the options. Raises UsageError, InvalidBatchId."""
        file = arguments.options.get("file")
        return cls(parse_reference(arguments), arguments.flag("all"), file_in("retry", file) if file else None)

    def spell(self) -> str:
        """Return `retry ID` with what was given."""
        words = ["retry", self.reference, *(["--all"] if self.everything else [])]
        return " ".join([*words, *(["--file", self.file] if self.file else [])])

    async def run(self, services: Services, caller: Caller, progress: Progress | None = None) -> RetryOutcome:
        """Read what failed, and make a draft of it.

        Raises:
            FileUnreadable, RequestsUnreadable, ReadingStopped: nothing was sent.
            ApiError, ResultsBroken, StoreUnavailable, and what a reference may raise.
        """
        progress = progress or Progress()
        return await progress.follow(self._draft(services, caller, progress))

    async def _draft(self, services: Services, caller: Caller, progress: Progress) -> RetryOutcome:
        batch = (await find_batch(self.reference, services.batches, services.database)).batch
        wish = replace(self, reference=Reference(batch.id))
        progress.about(batch.id, again=wish.spell(), wanted=batch.request_counts.total)
        if not batch.has_ended:
            return RetryTooEarly(batch)
        if not batch.is_readable(services.now()):
            return RetryTooLate(batch)
        failures = await _failures(services, batch, progress)
        permanent = {CauseKey(cause.type, cause.message) for cause in failures.permanent}
        chosen = failures.chosen(permanent if self.everything else ())
        left = () if self.everything else tuple(
            Left(cause.type, cause.message, cause.count) for cause in failures.permanent
        )  # fmt: skip
        if not chosen:
            return NothingToRetry(batch, left)
        return await wish._of(services, caller, progress, batch, chosen, left)

    async def _of(
        self,
        services: Services,
        caller: Caller,
        progress: Progress,
        batch: MessageBatch,
        chosen: frozenset[str],
        left: tuple[Left, ...],
    ) -> RetryOutcome:
        """Select the chosen requests from what is kept, or from the file that was named."""
        workshop, id = workshop_of(services), new_id()
        await asyncio.to_thread(workshop.folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        whole, some = workshop.folder / f"{id}.whole", workshop.folder / f"{id}.some"
        try:
            refused = await self._whole(services, caller, batch, whole, progress)
            if isinstance(refused, FileRefused):
                return refused
            if refused:
                return OriginalNeeded(batch, len(chosen))
            found = (await asyncio.to_thread(select, whole, chosen, some)).chosen
            checked = await rechecked(services, some, workshop.spool(id))
        finally:
            await asyncio.to_thread(_remove, whole, some)
        if not checked.is_sound:
            return FileRefused(_name(batch), checked)
        ready = await _ready(services, caller, id, checked, batch)
        return replace(ready, left=left, missing=len(chosen) - found)

    async def _whole(
        self, services: Services, caller: Caller, batch: MessageBatch, spool: Path, progress: Progress
    ) -> bool | FileRefused:
        """Bring all requests of the batch to `spool`; True where they are not here and no file was named."""
        workshop = workshop_of(services)
        batch_id = check_batch_id(batch.id)
        if self.file is None:
            if not await asyncio.to_thread(workshop.kept.has, batch_id):
                return True
            await asyncio.to_thread(workshop.kept.restore, batch_id, spool)
            return False
        source = await workshop.files.open(self.file, user=caller.user, channel=caller.channel)
        async with aclosing(counted_chunks(source, progress)) as chunks:
            checked: Checked = await check_requests(chunks, spool, await workshop.circumstances(services.now()))
        return False if checked.is_sound else FileRefused(source.name, checked)


async def _ready(services: Services, caller: Caller, id: str, checked: Checked, batch: MessageBatch) -> DraftReady:
    named = (await services.database.run(lambda connection: labels.of(connection, [batch.id])))[batch.id]
    more = {"name": _name(batch), "label": named.label, "owner": caller.user, "parent_id": batch.id, "kind": "retry"}
    draft = await stored_draft(services, caller, id, checked, **more)
    retried = tuple(each.child_id for each in named.relatives if each.parent_id == batch.id)
    return DraftReady(draft, checked.warnings, retried=retried)


def _name(batch: MessageBatch) -> str:
    return f"what failed in {batch.id}"


async def _failures(services: Services, batch: MessageBatch, progress: Progress) -> Failures:
    failures = Failures()
    async with aclosing(services.batches.result_bytes(check_batch_id(batch.id))) as chunks:
        async for chunk in chunks:
            failures.feed(chunk)
            progress.note(chunk.count(b"\n"), len(chunk))
            await asyncio.sleep(0)
    failures.finish()
    return failures


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
