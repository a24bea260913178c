"""`/batch retry ID`: make a batch of the failed requests that may succeed the next time."""

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Self

from msgspec import Struct
from msgspec.structs import replace

from bot.api.errors import RequestsUnreadable
from bot.api.ids import check_batch_id
from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import BATCH, FILE_LINK_EXAMPLE, Help, HelpGroup, LongCommand, Permission
from bot.commands.draft_change import SendChange, propose_send
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.errors import BadValue, ValueForm
from bot.commands.language.references import parse_reference
from bot.commands.language.values import file_in
from bot.operations.drafts import (
    AccountCause,
    CheckedDraft,
    DraftDetails,
    FileRefused,
    LeftOutCause,
    check_shared_file,
    make_draft_id,
    read_constraints,
    recheck_file,
    store_draft,
)
from bot.operations.find_batch import PREFIX, Reference
from bot.operations.progress import Progress
from bot.operations.read_failures import read_failures
from bot.operations.services import Services
from bot.operations.whole_batch import find_whole
from bot.operations.work_limits import require_draft_room
from bot.requests.check import CheckReport
from bot.requests.problems import ProblemKind
from bot.requests.request_files import select_requests
from bot.results.causes import Cause
from bot.results.failures import FailedRequests
from bot.scratch_file import scratch_file_failure
from bot.store.records import labels
from bot.store.records.labels import BatchNames
from bot.store.transactions import competing_retries

_CAUSE = re.compile(r"[A-Za-z0-9_.-]{1,64}")

RETRY_OF = "retry of "


class NothingToRetry(Struct, frozen=True):
    """A retry could not succeed for any request. `left_out` are the causes; `unread` is as in CheckedDraft."""

    query: "Retry"
    batch: MessageBatch
    left_out: tuple[LeftOutCause, ...]
    unread: int = 0


class NoSuchCause(Struct, frozen=True):
    """No request failed with the named cause. `causes` are those that occurred."""

    query: "Retry"
    batch: MessageBatch
    causes: tuple[Cause, ...]


class RetryTooEarly(Struct, frozen=True):
    """The batch has not ended, so its failures are not known yet."""

    query: "Retry"
    batch: MessageBatch


class RetryTooLate(Struct, frozen=True):
    """The API has deleted the results, so the failed requests are unknown."""

    batch: MessageBatch


class OriginalNeeded(Struct, frozen=True):
    """The requests are not archived, so the original file is needed. `requests` is how many could be retried.

    `looked`: a file was named, and it has none of these requests.
    """

    query: "Retry"
    batch: MessageBatch
    requests: int
    looked: bool = False


class OriginalWanted(Struct, frozen=True):
    """The form that asks for the original file. `query` is the retry that it completes."""

    query: "Retry"
    batch: MessageBatch


class _Choice(Struct, frozen=True):
    """The requests to retry, and the causes that are left out. `cause`: the only one that is retried, if it is one.

    `account_causes`: the retried causes that end only once the account is put right. `retried_stop`: why the answers
    stopped that are retried instead of failures.
    """

    custom_ids: frozenset[str]
    left_out: tuple[LeftOutCause, ...]
    cause: str | None = None
    account_causes: tuple[AccountCause, ...] = ()
    retried_stop: str | None = None


RetryOutcome = (
    FileRefused | NothingToRetry | NoSuchCause | RetryTooEarly | RetryTooLate | OriginalNeeded | OriginalWanted
)


class Retry(LongCommand[RetryOutcome | SendChange], frozen=True):
    """Propose a new batch of the failed requests that may succeed the next time.

    `everything`: of all failed requests instead. `cause`: of those that failed with this cause, also if they cannot
    succeed. A cause is named by its type, or by the `short` of its key. It may also be the stop reason of answers.
    """

    verb: ClassVar[str] = "retry"
    permission: ClassVar[Permission] = Permission.OPERATE
    acts_irrevocably: ClassVar[bool] = True
    help: ClassVar[Help] = Help(
        "Send the failed requests again as a new batch. By default, only those that can succeed. You see the cost "
        "before it is sent.",
        "retry last",
        HelpGroup.FIX,
        (BATCH,),
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (
        OptionSpec("all", "", "all failed requests, even those that need a fix", "retry last --all"),
        OptionSpec(
            "cause",
            "TYPE",
            "only requests with this cause of failure or this stop reason, spelled as in the results",
            "retry last --cause overloaded_error",
        ),
        OptionSpec(
            "file",
            "FILE-LINK",
            "the link of the file with the original requests, for a batch that was created elsewhere",
            f"retry last --file {FILE_LINK_EXAMPLE}",
        ),
        OptionSpec("upload", ""),
        OptionSpec("others", ""),
    )

    reference: Reference
    everything: bool = False
    file: str | None = None
    cause: str | None = None
    asks_file: bool = False
    """Open a form for the file. Only buttons ask for it."""
    only_others: bool = False
    """Leave out what other retries of the batch have sent. Only buttons ask for it."""

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference and the options. Raises UsageError, InvalidBatchId."""
        file = arguments.options.get("file")
        cause = arguments.options.get("cause")
        if cause and not _CAUSE.fullmatch(cause):
            raise BadValue("retry", cause, ValueForm.CAUSE)
        if cause and arguments.flag("all"):
            raise BadValue("retry", f"--all --cause {cause}", ValueForm.ALL_OR_CAUSE)
        file_id = file_in("retry", file) if file else None
        return cls(
            parse_reference(arguments),
            arguments.flag("all"),
            file_id,
            cause.lower() if cause else None,
            arguments.flag("upload"),
            arguments.flag("others"),
        )

    def spell(self) -> str:
        """Return `retry ID` with its options."""
        words = ["retry", self.reference, *(["--all"] if self.everything else [])]
        words += ["--cause", self.cause] if self.cause else []
        words += ["--file", self.file] if self.file else []
        words += ["--others"] if self.only_others else []
        return " ".join([*words, *(["--upload"] if self.asks_file else [])])

    async def run(
        self, services: Services, caller: Caller, progress: Progress | None = None
    ) -> RetryOutcome | SendChange:
        """Read the failures, store the requests to retry as a draft, and propose to send it.

        Raises:
            FileUnreadable, RequestsUnreadable, ReadingFailed, ReadingStopped, ScratchFileFailed: nothing was sent.
            ApiError, StoreUnavailable, and what a reference may raise.
        """
        if self.asks_file:
            batch = (await services.find_batch(self.reference)).batch
            return OriginalWanted(replace(self, reference=Reference(batch.id), file=None, asks_file=False), batch)
        progress = progress or Progress()
        try:
            checked = await progress.run(self._make_draft(services, caller, progress))
        except OSError as error:
            raise scratch_file_failure(error) from error
        if not isinstance(checked, CheckedDraft):
            return checked
        return await propose_send(services, checked.draft.id, caller, checked=checked)

    async def _make_draft(self, services: Services, caller: Caller, progress: Progress) -> RetryOutcome | CheckedDraft:
        batch = (await services.find_batch(self.reference)).batch
        query = replace(self, reference=Reference(batch.id))
        progress.set_subject(batch.id, retry_command=query.spell(), total_lines=batch.request_counts.total)
        whole = await find_whole(services, batch)
        batch, parts = (whole.batch, whole.parts) if whole is not None else (batch, (batch,))
        if not batch.has_ended:
            return RetryTooEarly(query, batch)
        if not all(part.is_readable(services.now()) for part in parts):
            return RetryTooLate(batch)
        failures = await read_failures(services, parts, progress)
        choice = self._choose_answers(failures) or self._choose(failures)
        if choice.custom_ids:
            retried = await _find_retried(services, batch)
            others = choice.custom_ids.difference(*(retried or {}).values())
            leaves_out = self.only_others and retried is not None and bool(others)
            if leaves_out:
                choice = replace(choice, custom_ids=others)
            outcome = await query._select(services, caller, progress, batch, choice, parts)
            if not isinstance(outcome, CheckedDraft):
                return outcome
            return replace(
                outcome,
                unread=_count_unread(batch, failures),
                not_retried=len(others) if len(others) < len(choice.custom_ids) else 0,
                retried_cause=self.cause,
                everything=self.everything,
                disjoint=frozenset(retried or ()) if leaves_out else frozenset(),
            )
        if self.cause and failures.causes:
            return NoSuchCause(query, batch, failures.causes)
        return NothingToRetry(query, batch, choice.left_out, _count_unread(batch, failures))

    def _choose_answers(self, failures: FailedRequests) -> _Choice | None:
        """Choose the answers that stopped for the named reason, if there are any."""
        custom_ids = failures.answers.get(self.cause or "")
        return _Choice(frozenset(custom_ids), (), self.cause, retried_stop=self.cause) if custom_ids else None

    def _choose(self, failures: FailedRequests) -> _Choice:
        """Choose what was asked for; else what may succeed now, or if nothing may, what waits for the account."""
        if self.cause:
            chosen = [cause for cause in failures.causes if cause.key.matches(self.cause)]
        elif self.everything:
            chosen = list(failures.causes)
        else:
            chosen = list(failures.retryable or failures.about_the_account)
        others = (cause for cause in failures.causes if cause not in chosen)
        named = (chosen[0].type or "unreadable errors") if self.cause and chosen else None
        waiting = tuple(
            AccountCause(cause.type, cause.shown_message, cause.count) for cause in chosen if cause.remedy.needs_account
        )
        return _Choice(failures.select(cause.key for cause in chosen), _describe_causes(others), named, waiting)

    async def _select(
        self,
        services: Services,
        caller: Caller,
        progress: Progress,
        batch: MessageBatch,
        choice: _Choice,
        parts: tuple[MessageBatch, ...],
    ) -> RetryOutcome | CheckedDraft:
        """Select the chosen requests from the archive, or from the named file."""
        await require_draft_room(services, caller)
        id = make_draft_id()
        names = (await services.database.run(lambda connection: labels.get_names(connection, [batch.id])))[batch.id]
        name = _name_draft(batch, names, choice.cause)
        await asyncio.to_thread(services.drafts.prepare_folder)
        whole = services.drafts.folder / f"{id}.whole"
        some = services.drafts.folder / f"{id}.some"
        try:
            refused = await self._write_requests(services, caller, batch, choice, whole, progress, parts)
            if refused is not None:
                return refused
            found = (await asyncio.to_thread(select_requests, whole, choice.custom_ids, some)).chosen
            if not found:
                return self._need_original(batch, choice, looked=True)
            checked = await recheck_file(services, some, services.drafts.requests_file(id))
        finally:
            await asyncio.to_thread(_remove, whole, some)
        if not checked.is_sound:
            return FileRefused(name, checked)
        ready = await _store_checked(services, caller, id, checked, batch, name, names.label)
        return replace(
            ready,
            left_out=choice.left_out,
            missing=len(choice.custom_ids) - found,
            file=self.file,
            account_causes=choice.account_causes,
            retried_stop=choice.retried_stop,
        )

    async def _write_requests(
        self,
        services: Services,
        caller: Caller,
        batch: MessageBatch,
        choice: _Choice,
        spool: Path,
        progress: Progress,
        parts: tuple[MessageBatch, ...],
    ) -> FileRefused | OriginalNeeded | None:
        """Write the batch's requests to `spool`: all from the archive, or only the chosen ones from a named file.

        Return the outcome that explains why this failed, or None.
        """
        ids = [check_batch_id(part.id) for part in parts]
        archive = services.drafts.archive
        if self.file is None:
            if not await asyncio.to_thread(lambda: all(map(archive.contains, ids))):
                return self._need_original(batch, choice)
            await asyncio.to_thread(archive.restore, ids, spool)
            return None
        source = await services.drafts.files.open(self.file, user=caller.user, channel=caller.channel)
        how = await read_constraints(services)
        checked = await check_shared_file(services, source, progress, spool, how, choice.custom_ids)
        if checked.totals.keys() == {ProblemKind.NO_REQUESTS}:
            return self._need_original(batch, choice, looked=True)
        return None if checked.is_sound else FileRefused(source.name, checked)

    def _need_original(self, batch: MessageBatch, choice: _Choice, *, looked: bool = False) -> OriginalNeeded:
        return OriginalNeeded(self, batch, len(choice.custom_ids), looked)


async def _find_retried(services: Services, batch: MessageBatch) -> dict[str, frozenset[str]] | None:
    """Return the custom_ids that other retries of a batch have sent, by the id of the retry.

    None if that is not known: the requests of one of them are not kept, or one is still being sent or looked for.
    """
    retries, is_any_in_doubt = await services.database.run(
        lambda connection: (
            sorted(competing_retries.find_retries_of(connection, batch.id)),
            competing_retries.may_be_retried(connection, batch.id),
        )
    )
    if is_any_in_doubt:
        return None
    archive = services.drafts.archive

    def read() -> dict[str, frozenset[str]] | None:
        found: dict[str, frozenset[str]] = {}
        for retry in retries:
            try:
                found[retry] = frozenset(archive.read_ids(check_batch_id(retry)))
            except RequestsUnreadable:
                return None
        return found

    return await asyncio.to_thread(read) if retries else {}


def _name_draft(batch: MessageBatch, names: BatchNames, cause: str | None) -> str:
    """Return the name of a retry's draft, made from the name of the batch that it retries."""
    parent = names.label or names.file_name or f"Batch {batch.id.removeprefix(PREFIX)[:10]}"
    return f"{cause} in {parent}" if cause else f"{RETRY_OF}{parent.removeprefix(RETRY_OF)}"


async def _store_checked(
    services: Services,
    caller: Caller,
    id: str,
    checked: CheckReport,
    batch: MessageBatch,
    name: str,
    label: str | None,
) -> CheckedDraft:
    details = DraftDetails(name=name, label=label, owner=caller.user, parent_id=batch.id, kind="retry")
    try:
        draft = await store_draft(services, caller, id, checked, details)
    except BaseException:  # also if it is stopped
        _remove(services.drafts.requests_file(id))
        raise
    return CheckedDraft(draft, checked.warnings)


def _count_unread(batch: MessageBatch, failures: FailedRequests) -> int:
    counts = batch.request_counts
    failed = counts.errored + counts.canceled + counts.expired
    return max(0, failed - sum(cause.count for cause in failures.causes))


def _describe_causes(causes: Iterable[Cause]) -> tuple[LeftOutCause, ...]:
    return tuple(LeftOutCause(cause.type, cause.shown_message, cause.count) for cause in causes)


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
