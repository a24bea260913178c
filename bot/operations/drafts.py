"""Making drafts: checked requests that wait for a yes, with the estimate of their cost."""

import asyncio
import hashlib
import logging
import random
import secrets
from collections.abc import Container, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from bot.api.errors import RequestsUnreadable
from bot.caller import Caller
from bot.errors import ExpectedError
from bot.operations.progress import Progress
from bot.operations.services import Services
from bot.operations.shared_files import SharedFile
from bot.requests.check import CheckReport
from bot.requests.check_file import check_file, check_requests
from bot.requests.check_process import SourceUnreadable
from bot.requests.estimate import (
    CostRules,
    CountedRequest,
    Estimate,
    dump_estimate,
    estimate_cost,
    estimate_sample,
)
from bot.requests.params import ApiConstraints
from bot.requests.parts import PlannedPart
from bot.requests.problems import GroupedWarning
from bot.requests.request_files import hash_parts, sample_params
from bot.requests.sizes import RequestSizes
from bot.scratch_file import ScratchFile, scratch_file_failure
from bot.store.db.connection import Connection
from bot.store.records import drafts
from bot.store.records.drafts import Draft, DraftState, WatchPreference

SAMPLES_PER_MODEL = 5
"""Requests of each model whose tokens are counted for an estimate."""
MOST_ATTACHED = 20
"""Further requests whose tokens are counted, because they may refer to documents or images."""
log = logging.getLogger(__name__)


@dataclass(eq=False)
class DraftUnavailable(ExpectedError):
    """The draft is in a state that does not allow this, or is unknown (None)."""

    draft: Draft | None

    def _fact(self) -> str:
        return "the draft is not known" if self.draft is None else f"draft {self.draft.id} is {self.draft.state}"


@dataclass(eq=False)
class DraftAmbiguous(ExpectedError):
    """The reference fits several drafts, `found`, newest first. Nothing was done."""

    reference: str
    found: tuple[Draft, ...]

    def _fact(self) -> str:
        return f"{len(self.found)} drafts fit the reference"


class FormAlreadySubmitted(ExpectedError):
    """This form was submitted before."""

    def _fact(self) -> str:
        return "the form was submitted before"


@dataclass(eq=False)
class RequestsFileMissing(ExpectedError):
    """The checked file is no longer on this machine's disk, or it `is_changed`. Nothing was sent."""

    draft: Draft
    is_changed: bool = False

    def _fact(self) -> str:
        return f"the checked file of draft {self.draft.id} {'was changed' if self.is_changed else 'is gone'}"


def missing_file_error(draft: Draft, error: RequestsUnreadable) -> RequestsFileMissing:
    """Return the error for a draft whose checked file cannot be used, and log a change of it."""
    is_changed = error.is_changed
    if is_changed:
        log.error("the checked file of draft %s was changed on the disk, so nothing was sent", draft.id)
    return RequestsFileMissing(draft, is_changed)


@dataclass(eq=False)
class RetriedMeanwhile(ExpectedError):
    """The other retries of the same batch have changed since the question. Nothing was sent.

    `retried`: those that have begun since, as `competing_retries.find_other_retries` names them.
    """

    draft: Draft
    retried: tuple[str, ...]

    def _fact(self) -> str:
        return f"draft {self.draft.id} was overtaken by other retries: {', '.join(self.retried) or 'none is new'}"


class LeftOutCause(Struct, frozen=True):
    """A cause of failure that a retry leaves out because it would fail again, and how many requests failed with it."""

    type: str
    message: str
    count: int


class AccountCause(Struct, frozen=True):
    """A cause of failure that a retry meets again unless someone puts the account right first; `message` is whole."""

    type: str
    message: str
    count: int


class FileRefused(Struct, frozen=True):
    """The file has problems, so no draft was made."""

    name: str
    checked: CheckReport


class CheckedDraft(Struct, frozen=True):
    """A checked draft that waits for a yes.

    A retry may leave out causes (`left_out`), may not find requests (`missing`) in the `file` that was named, and may
    have failures that the batch counts and its results do not contain (`unread`). It may succeed only once the account
    is put right (`account_causes`). `retried_stop`: why the answers stopped that it asks for once more.
    `not_retried`: how many of its requests no other retry has sent, if others have sent some of them, else 0.
    `retried_cause` is the only cause that it retries, `everything`: it retries all of them. `disjoint`: batches that
    retry other failures of the same batch, because it leaves out what they have sent.
    """

    draft: Draft
    warnings: tuple[GroupedWarning, ...] = ()
    left_out: tuple[LeftOutCause, ...] = ()
    missing: int = 0
    file: str | None = None
    unread: int = 0
    account_causes: tuple[AccountCause, ...] = ()
    retried_stop: str | None = None
    not_retried: int = 0
    retried_cause: str | None = None
    everything: bool = False
    disjoint: frozenset[str] = frozenset()


class DraftDetails(Struct, frozen=True, kw_only=True):
    """What a person or a verb decides about a draft. The fields are those of Draft."""

    name: str
    label: str | None
    owner: str
    watch: WatchPreference | None = None
    parent_id: str | None = None
    kind: str | None = None
    permalink: str | None = None


async def read_constraints(services: Services) -> ApiConstraints:
    """Return what the API accepts now; without a catalog if the API does not return one."""
    catalog = await services.workspace.models.get(services.now())
    return ApiConstraints(catalog=catalog, betas=services.drafts.betas)


async def find_draft(services: Services, reference: str, *allowed: DraftState) -> Draft:
    """Return the one draft in these states that `reference` means: its id, the start of its id, or its file's name.

    Raises:
        DraftAmbiguous: it fits several drafts in these states.
        DraftUnavailable: it fits none in these states; carries the newest one that it fits, if any.
        StoreUnavailable.
    """
    found = await services.database.run(lambda connection: drafts.find(connection, reference))
    exact = [draft for draft in found if draft.id == reference]
    usable = [draft for draft in exact or found if draft.state in allowed]
    if len(usable) > 1:
        raise DraftAmbiguous(reference, tuple(usable))
    if not usable:
        raise DraftUnavailable(next(iter(exact or found), None))
    return usable[0]


def divide_draft(
    whole: Draft, estimate: Estimate, rules: CostRules, planned: Sequence[PlannedPart], digests: Sequence[str]
) -> tuple[Draft, tuple[Draft, ...]]:
    """Return a draft that is too large for one batch, and its parts, which have its lines one after the other."""
    whole = replace(whole, parts=len(planned))
    parts: list[Draft] = []
    start = 0
    for number, (each, digest) in enumerate(zip(planned, digests, strict=True), 1):
        part_estimate = estimate_sample(estimate, estimate_cost(each.sizes, (), rules))
        parts.append(
            replace(
                whole,
                id=make_draft_id(),
                state="held",
                requests=each.requests,
                size=each.size,
                estimate=dump_estimate(part_estimate),
                whole_id=whole.id,
                digest=digest,
                part=number,
                start=start,
                length=each.size,
            )
        )
        start += each.size
    return whole, tuple(parts)


def make_draft_id(form_id: str | None = None) -> str:
    """Return a new id, or the one id that belongs to a form. Ids are hexadecimal, so none reads as an option."""
    return (
        hashlib.sha256(form_id.encode()).hexdigest()[: drafts.ID_LENGTH]
        if form_id
        else secrets.token_hex(drafts.ID_LENGTH // 2)
    )


async def estimate_requests(
    services: Services, requests_file: Path, sizes: RequestSizes, digest: str, *, counts: bool = True
) -> Estimate:
    """Return the estimated cost of checked requests. A failure to count tokens makes it rougher and raises nothing.

    The `digest` of the file decides which requests are counted, so the same file has the same estimate.
    """
    counted: tuple[CountedRequest, ...] = ()
    if counts:
        models = sizes.count_by_model()
        chance = random.Random(digest)  # noqa: S311 - no secret
        samples = await asyncio.to_thread(
            sample_params, requests_file, models, SAMPLES_PER_MODEL, chance, attached=MOST_ATTACHED
        )
        counted = await services.workspace.counter.count_all([one for each in samples.values() for one in each])
    return estimate_cost(sizes, counted, await read_cost_rules(services))


async def read_cost_rules(services: Services) -> CostRules:
    """Return today's prices, and how long prompts may be."""
    now = services.now()
    catalog = await services.workspace.models.get(now)
    prices = services.prices.select_day(now.date())

    def find_window(name: str) -> int | None:
        model = catalog.find(name) if catalog is not None else None
        return model.max_input_tokens if model is not None else None

    search = prices.tools.web_search
    return CostRules(prices.price_request, find_window, search.price_calls(1) if search is not None else None)


async def store_draft(
    services: Services, caller: Caller, draft_id: str, checked: CheckReport, details: DraftDetails
) -> Draft:
    """Store a draft whose requests file is in place, with its estimate. Raises StoreUnavailable."""
    now = services.now()
    requests_file = services.drafts.requests_file(draft_id)
    estimate = await estimate_requests(services, requests_file, checked.sizes, checked.digest)
    draft = Draft(
        id=draft_id,
        user_id=caller.user,
        team_id=caller.team,
        channel_id=caller.channel,
        state="ready",
        name=details.name,
        requests=checked.requests,
        size=checked.body_bytes,
        estimate=dump_estimate(estimate),
        label=details.label,
        owner=details.owner,
        parent_id=details.parent_id,
        kind=details.kind,
        batch_id=None,
        approved_by=None,
        created_at=now,
        changed_at=now,
        watch=details.watch,
        permalink=details.permalink,
        digest=checked.digest,
    )
    parts: tuple[Draft, ...] = ()
    if checked.parts:
        rules = await read_cost_rules(services)
        digests = await asyncio.to_thread(hash_parts, requests_file, [part.size for part in checked.parts])
        draft, parts = divide_draft(draft, estimate, rules, checked.parts, digests)

    def store(connection: Connection) -> None:
        drafts.replace_draft(connection, draft)
        for part in parts:
            drafts.add(connection, part)

    await services.database.run(store)
    return draft


async def recheck_file(services: Services, requests_file: Path, into: Path) -> CheckReport:
    """Check a selection from a checked file again, to measure it, and write it to `into`."""
    constraints = await read_constraints(services)
    drafts_of = services.drafts
    return await check_file(requests_file, into, constraints, drafts_of.limits, turn=drafts_of.check_turn)


async def check_shared_file(
    services: Services,
    source: SharedFile,
    progress: Progress,
    checked_file: Path,
    constraints: ApiConstraints,
    only: Container[str] | None = None,
) -> CheckReport:
    """Receive a shared file, then check it as `check_requests` does, so that a slow download delays no other check.

    Raises:
        FileUnreadable, ScratchFileFailed.
        OSError: the disk does not take the checked file.
    """
    received = ScratchFile(services.open_scratch_file)
    try:
        async with aclosing(source.chunks) as chunks:
            async for chunk in chunks:
                await received.write(chunk)
                progress.count(chunk.count(b"\n"), len(chunk))
        await received.flush()
        limits, turn = services.drafts.limits, services.drafts.check_turn
        return await check_requests(received, checked_file, constraints, limits, only=only, turn=turn)
    except SourceUnreadable as error:
        raise scratch_file_failure(error) from error
    finally:
        received.close()


def on_behalf_of(draft: Draft, caller: Caller) -> Draft:
    """Return a draft as the caller's own, in the channel they act in.

    An approver sends a draft for the person who asked for it, so an approved draft stays as it is.
    """
    if draft.approved_by == caller.user:
        return draft
    channel = caller.channel or draft.channel_id
    return replace(draft, user_id=caller.user, team_id=caller.team, channel_id=channel)
