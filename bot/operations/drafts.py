"""From checked requests to a draft with its estimate, and from a draft to the question whether to send it."""

import asyncio
import hashlib
import random
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from bot.caller import Caller
from bot.errors import ExpectedError
from bot.operations.progress import Progress
from bot.operations.services import Services
from bot.operations.shared_files import SharedFile
from bot.requests.check import CheckedFile, check_file
from bot.requests.estimate import Estimate, dump_estimate, estimate_cost, load_estimate
from bot.requests.params import ApiConstraints
from bot.requests.problems import GroupedWarning
from bot.requests.request_files import sample_params
from bot.store.records import drafts
from bot.store.records.drafts import Draft, State

SAMPLES_PER_MODEL = 5
"""Requests of each model that are counted for an estimate."""
_RANDOM = random.SystemRandom()


@dataclass(eq=False)
class DraftUnavailable(ExpectedError):
    """This draft cannot go on from here: it was sent, dropped, is being sent, or is not known (None)."""

    draft: Draft | None

    def _fact(self) -> str:
        return "the draft is not known" if self.draft is None else f"draft {self.draft.id} is {self.draft.state}"


class FormAlreadySubmitted(ExpectedError):
    """This very form was submitted before."""

    def _fact(self) -> str:
        return "the form was submitted before"


@dataclass(eq=False)
class RequestsFileMissing(ExpectedError):
    """The checked file is not on this machine's disk any more; nothing was sent."""

    draft: Draft

    def _fact(self) -> str:
        return f"the checked file of draft {self.draft.id} is gone"


@dataclass(eq=False)
class RetriedMeanwhile(ExpectedError):
    """What failed in the same batch was sent again by another draft since the question; nothing was sent by this."""

    draft: Draft
    retried: tuple[str, ...]

    def _fact(self) -> str:
        return f"draft {self.draft.id} was overtaken by other retries: {', '.join(self.retried)}"


class LeftOutCause(Struct, frozen=True):
    """What a retry leaves out: a cause that will come back, in words, and how many requests it had."""

    type: str
    message: str
    count: int


class FileRefused(Struct, frozen=True):
    """The file is not sent: what is wrong with it."""

    name: str
    checked: CheckedFile


class DraftReady(Struct, frozen=True):
    """A draft that is checked and wants a yes.

    `left` is what was left out of it, `missing` how many requests could not be found again, `file` the one that they
    were looked for in, where one was named. `unread`: failures that the batch counts and its results do not tell.
    """

    draft: Draft
    warnings: tuple[GroupedWarning, ...] = ()
    left: tuple[LeftOutCause, ...] = ()
    missing: int = 0
    file: str | None = None
    unread: int = 0


async def read_constraints(services: Services) -> ApiConstraints:
    """Return what the API accepts now; without a catalog where the API does not return one."""
    catalog = await services.workspace.models.get(services.now())
    return ApiConstraints(catalog=catalog, betas=services.drafts.betas)


async def find_draft(services: Services, draft_id: str, *allowed: State) -> Draft:
    """Return a draft that is in one of these states. Raises DraftUnavailable, StoreUnavailable."""
    draft = await services.database.run(lambda connection: drafts.get(connection, draft_id))
    if draft is None or draft.state not in allowed:
        raise DraftUnavailable(draft)
    return draft


def make_draft_id(form_id: str | None = None) -> str:
    """Return the name of a draft: nothing in it reads as an option; the same for the same form."""
    return hashlib.sha256(form_id.encode()).hexdigest()[:24] if form_id else secrets.token_hex(12)


async def estimate_requests(services: Services, spool: Path, checked: CheckedFile) -> Estimate:
    """Return what sound requests will cost; nothing that fails here keeps them from being sent."""
    models = checked.sizes.count_by_model()
    samples = await asyncio.to_thread(sample_params, spool, models, SAMPLES_PER_MODEL, _RANDOM)
    ratios = await services.workspace.counter.tokens_a_character(samples)
    return estimate_cost(checked.sizes, ratios, services.prices.price_request)


async def store_draft(services: Services, caller: Caller, id: str, checked: CheckedFile, **more: object) -> Draft:
    """Store a draft whose spool is in its place, with its estimate. Raises StoreUnavailable."""
    now = services.now()
    reckoned = await estimate_requests(services, services.drafts.requests_file(id), checked)
    values: dict[str, object] = {"label": None, "owner": None, "parent_id": None, "kind": None, "name": ""}
    values |= {"state": "ready", "channel_id": caller.channel, **more}
    values |= {"user_id": caller.user, "team_id": caller.team, "requests": checked.requests}
    values |= {"size": checked.body_bytes, "estimate": dump_estimate(reckoned), "batch_id": None, "approved_by": None}
    draft = Draft(id=id, created_at=now, changed_at=now, **values)  # type: ignore[arg-type]  # built by name above
    await services.database.run(lambda connection: drafts.put(connection, draft))
    return draft


async def recheck_file(services: Services, spool: Path, into: Path) -> CheckedFile:
    """Check a part of a checked file again, for its sizes."""
    return await check_file(spool, into, await read_constraints(services))


async def read_with_progress(source: SharedFile, progress: Progress) -> AsyncGenerator[bytes, None]:
    """The bytes of a file as they arrive, with word of how it goes on."""
    async with aclosing(source.chunks) as chunks:
        async for chunk in chunks:
            progress.note(chunk.count(b"\n"), len(chunk))
            yield chunk


def on_behalf_of(draft: Draft, caller: Caller) -> Draft:
    """Return a draft as this person's, asked for where he is; who approved it sends it for whoever asked for it."""
    if draft.approved_by == caller.user:
        return draft
    channel = caller.channel or draft.channel_id
    return replace(draft, user_id=caller.user, team_id=caller.team, channel_id=channel)


async def needs_approval(services: Services, draft: Draft) -> bool:
    """Whether a second person has to agree. Raises StoreUnavailable.

    A file that goes in two parts is looked at as a whole, lest parts be sent that together are above the limit; and
    who has agreed to it once has agreed to both.
    """
    if draft.approved_by is not None:
        return False
    whole_id = draft.whole_id
    whole = await services.database.run(lambda c: drafts.get(c, whole_id)) if whole_id else None
    whole = whole or draft
    reckoned = load_estimate(whole.estimate)
    priced = bool(reckoned.models) and not reckoned.unpriced_models
    return services.drafts.approval_limit.stops(reckoned.high, whole.requests, priced=priced)
