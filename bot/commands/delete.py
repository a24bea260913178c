"""`/batch delete ID`: remove an ended batch, or many of them, and their results for good; always asks first."""

import asyncio
import logging
import re
from datetime import datetime
from typing import ClassVar, assert_never

from msgspec import Struct
from msgspec.structs import replace

from bot.api.errors import ApiError, ApiUnavailable, BatchNotFound
from bot.api.ids import BatchId, check_batch_id
from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import BATCH, Help, HelpGroup, Origin, Permission, Stricter
from bot.commands.bulk_change import LIST_ID, BulkChange, BulkOutcome, NothingMatches, load_list
from bot.commands.change import Applied, BatchChange, ChangingCommand
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.errors import BadValue, ValueForm
from bot.commands.language.references import parse_reference
from bot.commands.language.values import ME, check_label_filter, check_owner_filter, parse_age
from bot.operations.batch_names import find_names
from bot.operations.bulk import BatchFilter, FrozenList, can_save, describe_state, freeze_list, make_bulk, make_item
from bot.operations.find_batch import Reference
from bot.operations.ledger import describe_batch
from bot.operations.read_results import decode_summary
from bot.operations.services import Services
from bot.operations.snapshots import describe_ending, snapshot_batch
from bot.pricing.amounts import format_amount
from bot.store.db.connection import Connection
from bot.store.db.database import StoreUnavailable
from bot.store.records import batches as batch_records
from bot.store.records import bulks, ledger, summaries
from bot.store.records.bulks import Bulk
from bot.store.records.labels import BatchNames
from bot.store.records.summaries import StoredSummary
from bot.store.transactions import deletions
from bot.store.transactions.announce import Announcer

log = logging.getLogger(__name__)

_COUNT = re.compile("[0-9]{1,6}")


class DeleteRefused(Struct, frozen=True):
    """The batch has not ended. The API deletes only ended ones."""

    batch: MessageBatch


class Deleted(Struct, frozen=True):
    """The batch is deleted. `answered` is False if the answer was lost and the batch turned out to be gone."""

    batch_id: BatchId
    answered: bool
    names: BatchNames = BatchNames()
    """What it was called; its records are deleted with it."""


class AlreadyGone(Struct, frozen=True):
    """The batch was gone before this DELETE arrived."""

    batch_id: BatchId


class DeleteDidNotHappen(Struct, frozen=True):
    """The answer of the DELETE was lost, and the batch turned out to exist still."""

    batch: MessageBatch


class DeleteUnknown(Struct, frozen=True):
    """The answer of the DELETE was lost, and the batch could not be read afterwards."""

    batch_id: BatchId


class NothingToSave(Struct, frozen=True):
    """The batch has no results, or the API does not keep them any more. Nothing was deleted."""

    batch: MessageBatch


class CountWanted(Struct, frozen=True):
    """The form that asks how many batches are to be deleted. `question` is the id of the confirmation it answers."""

    bulk: Bulk
    question: str
    count: int


OneDeleted = DeleteRefused | Deleted | AlreadyGone | DeleteDidNotHappen | DeleteUnknown
DeleteOutcome = OneDeleted | NothingToSave | CountWanted | BulkOutcome


class Delete(ChangingCommand["DeleteChange | SaveThenDelete | DeleteRefused | NothingToSave"], frozen=True):
    """Delete a batch and its results. This is the only command that cannot be undone.

    `save`: deliver the results file to the caller first, and delete the batch only once the file has arrived whole.
    """

    verb: ClassVar[str] = "delete"
    permission: ClassVar[Permission] = Permission.ADMINISTER
    acts_irrevocably: ClassVar[bool] = True
    help: ClassVar[Help] = Help(
        "Delete an ended batch, or many of them, and their results for good. You are asked first.",
        "delete last",
        HelpGroup.ADMIN,
        (BATCH,),
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (
        OptionSpec(
            "older-than",
            "AGE",
            "instead of an ID: every ended batch created longer ago; a number and m, h, d or w",
            "delete --older-than 14d",
            is_alternative=True,
        ),
        OptionSpec(
            "label", "TEXT", "of these, only those whose label contains this", "delete --older-than 14d --label nightly"
        ),
        OptionSpec("owner", "@who|me", "of these, only those of this person", "delete --older-than 14d --owner me"),
        OptionSpec("save", ""),
        OptionSpec("list", "LIST"),
        OptionSpec("question", "QUESTION"),
        OptionSpec("count", "N"),
        OptionSpec("again", ""),
    )

    stricter: ClassVar[Stricter | None] = Stricter("`--save`", Permission.READ_CONTENTS)

    reference: Reference
    save: bool = False

    @classmethod
    def parse(cls, arguments: Arguments) -> "Delete | BulkDelete | DeleteListed":
        """Read the reference, or which batches to delete. Raises UsageError, InvalidBatchId."""
        options = arguments.options
        if "list" in options:
            return DeleteListed.read(arguments)
        if options.keys() & {"older-than", "label", "owner"}:
            return BulkDelete.read(arguments)
        return cls(parse_reference(arguments), arguments.flag("save"))

    @property
    def also_needed(self) -> Permission | None:
        """Return READ_CONTENTS if the results are delivered."""
        return Permission.READ_CONTENTS if self.save else None

    def spell(self) -> str:
        """Return `delete ID`."""
        return f"{self.confirmation_key} --save" if self.save else self.confirmation_key

    @property
    def confirmation_key(self) -> str:
        """Return `delete ID`. With or without saving it answers the same question."""
        return f"delete {self.reference}"

    async def propose(
        self, services: Services, origin: Origin, caller: Caller
    ) -> "DeleteChange | SaveThenDelete | DeleteRefused | NothingToSave":
        """Read the batch. Raises ApiError, StoreUnavailable and reference errors."""
        batch = (await services.find_batch(self.reference)).batch
        if not batch.has_ended:
            return DeleteRefused(batch)
        if self.save:
            return await self._propose_saving(batch, services, caller)
        fetched = await services.database.run(lambda connection: summaries.get(connection, batch.id))
        return DeleteChange(Delete(Reference(batch.id)), batch, fetched)

    async def _propose_saving(
        self, batch: MessageBatch, services: Services, caller: Caller
    ) -> "SaveThenDelete | NothingToSave":
        if not can_save(batch, services.now()):
            return NothingToSave(batch)
        command = Delete(Reference(batch.id))
        bulk = make_bulk(services, caller, "delete", command.spell(), saves=True)
        names = (await find_names(NothingToSave(batch), services)).get(batch.id) or BatchNames()
        return SaveThenDelete(bulk, (make_item(bulk, 0, batch, names),), (batch,))


class BulkDelete(ChangingCommand["BulkChange | NothingMatches"], frozen=True):
    """Delete every ended batch that was created longer ago. `label` is in its normal form; `owner` may be `me`."""

    verb: ClassVar[str] = "delete"
    permission: ClassVar[Permission] = Permission.ADMINISTER
    acts_irrevocably: ClassVar[bool] = True

    older_than: str
    label: str | None = None
    owner: str | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> "Delete | BulkDelete | DeleteListed":
        """Read any `delete`."""
        return Delete.parse(arguments)

    @classmethod
    def read(cls, arguments: Arguments) -> "BulkDelete":
        """Read which batches to delete. Raises UsageError."""
        options = arguments.at_most(0).options
        if unwanted := next((name for name in ("save", "question", "count") if name in options), None):
            raise BadValue("delete", f"--{unwanted}", ValueForm.LISTED)
        if "older-than" not in options:
            raise BadValue("delete", "--label" if "label" in options else "--owner", ValueForm.DELETE_AGE)
        parse_age("delete", options["older-than"])
        return cls(
            options["older-than"].lower(),
            check_label_filter("delete", options["label"]) if "label" in options else None,
            check_owner_filter("delete", options["owner"]) if "owner" in options else None,
        )

    def spell(self) -> str:
        """Return `delete --older-than AGE` with its options."""
        words = [f"delete --older-than {self.older_than}"]
        words += [f'--label "{self.label}"'] if self.label is not None else []
        words += [f"--owner {self.owner}"] if self.owner is not None else []
        return " ".join(words)

    async def propose(self, services: Services, origin: Origin, caller: Caller) -> "BulkChange | NothingMatches":
        """Freeze the list. Raises ApiError, StoreUnavailable."""
        before = services.now() - parse_age("delete", self.older_than)
        chosen = BatchFilter(self.label, caller.user if self.owner == ME else self.owner)
        found = await freeze_list(services, caller, "delete", self.spell(), chosen, before)
        if isinstance(found, FrozenList):
            return BulkChange(found.bulk, found.items, found.batches, found.facts)
        return NothingMatches("delete", found)


class DeleteListed(ChangingCommand["BulkChange | CountWanted"], frozen=True):
    """Delete the batches of a list. Only the buttons and the form of its question carry it.

    Without the exact `count` it opens the form that asks for it. `again`: ask the question again, and nothing else.
    """

    verb: ClassVar[str] = "delete"
    permission: ClassVar[Permission] = Permission.ADMINISTER
    acts_irrevocably: ClassVar[bool] = True

    bulk_id: str
    question: str = ""
    count: int | None = None
    save: bool = False
    again: bool = False

    @classmethod
    def parse(cls, arguments: Arguments) -> "Delete | BulkDelete | DeleteListed":
        """Read any `delete`."""
        return Delete.parse(arguments)

    @classmethod
    def read(cls, arguments: Arguments) -> "DeleteListed":
        """Read the list. Raises UsageError."""
        options = arguments.at_most(0).options
        bulk_id, question, count = options["list"], options.get("question", ""), options.get("count")
        if options.keys() == {"list", "again"} and LIST_ID.fullmatch(bulk_id):
            return cls(bulk_id, again=True)
        is_ours = LIST_ID.fullmatch(bulk_id) and question.isalnum() and (count is None or _COUNT.fullmatch(count))
        if not is_ours or options.keys() & {"older-than", "label", "owner", "again"}:
            raise BadValue("delete", "--list", ValueForm.LISTED)
        return cls(bulk_id, question, None if count is None else int(count), arguments.flag("save"))

    @property
    def also_needed(self) -> Permission | None:
        """Return READ_CONTENTS if the results are delivered."""
        return Permission.READ_CONTENTS if self.save else None

    def spell(self) -> str:
        """Return `delete --list LIST --question QUESTION` with its options."""
        if self.again:
            return self.confirmation_key
        count = f" --count {self.count}" if self.count is not None else ""
        return f"{self.confirmation_key} --question {self.question}{count}{' --save' if self.save else ''}"

    @property
    def confirmation_key(self) -> str:
        """Return `delete --list LIST`; what asks again answers no question."""
        return f"delete --list {self.bulk_id}{' --again' if self.again else ''}"

    async def propose(self, services: Services, origin: Origin, caller: Caller) -> "BulkChange | CountWanted":
        """Load the list. Raises BulkUnavailable, StoreUnavailable."""
        bulk, items = await load_list(services, caller, "delete", self.bulk_id)
        if self.again:
            return BulkChange(bulk, tuple(items))
        if self.count != len(items):
            return CountWanted(bulk, self.question, len(items))
        return BulkChange(replace(bulk, saves=self.save), tuple(items))


class SaveThenDelete(BulkChange, frozen=True):
    """Save the results of one batch, and delete it then. It answers the question whether to delete the batch."""

    @property
    def batch(self) -> MessageBatch:
        """Return the batch."""
        return self.batches[0]

    @property
    def confirmation_key(self) -> str:
        """Return the text that the question is stored under."""
        return self.bulk.command

    @property
    def state(self) -> str:
        """Return the state that the question is bound to."""
        return describe_state(self.batch)

    def claim(self, connection: Connection, caller: Caller, at: datetime, process_id: str) -> None:
        """Store the list of one batch, and let the work begin."""
        bulks.add(connection, replace(self.bulk, state="running"), self.items)


class DeleteChange(BatchChange[Delete, OneDeleted], frozen=True):
    """Delete a batch that has ended. `fetched` is the stored summary of its results, if there is one."""

    fetched: StoredSummary | None = None

    @property
    def asks(self) -> bool:
        """Whether it needs a confirmation: always."""
        return True

    @property
    def audit_detail(self) -> str:
        """Return how many requests and results are deleted, and what they cost if that is known."""
        counts = self.batch.request_counts
        facts = [f"{counts.total:,} request{'' if counts.total == 1 else 's'}"]
        if self.batch.results_url is None or self.batch.archived_at is not None:
            facts.append("results no longer available")
        else:
            results = f"{counts.total:,} result{'' if counts.total == 1 else 's'}"
            facts.append(f"{results} ({counts.succeeded:,} succeeded)")
        read = decode_summary(self.fetched) if self.fetched is not None else None
        if read is not None:
            cost = format_amount(read.summary.cost.amount, complete=read.summary.cost.complete)
            facts += [cost] if cost != "unknown" else []
        return ", ".join(facts)

    async def apply(self, services: Services, caller: Caller) -> Applied[OneDeleted]:
        """Send one DELETE. If its answer is lost, read the batch before reporting. Raises ApiError, StoreUnavailable.

        The end of the batch is announced before, and the records of a batch that is gone are deleted.
        """
        batch_id = check_batch_id(self.batch.id)
        names = (await find_names(self, services)).get(batch_id) or BatchNames()
        known = describe_batch(services, self.batch)  # afterwards no one can find out
        await services.database.run(lambda connection: ledger.record_batch(connection, known))
        outcome = await _delete(batch_id, services)
        match outcome:
            case Deleted():
                outcome = replace(outcome, names=names)
                await forget(batch_id, services, deleted_here=True)
                return Applied(outcome, "done")
            case AlreadyGone():
                await forget(batch_id, services, deleted_here=False)
                return Applied(outcome, "refused")
            case DeleteDidNotHappen():
                return Applied(outcome, "refused")
            case DeleteUnknown():
                return Applied(outcome, "unknown")
            case unreachable:
                assert_never(unreachable)


async def _delete(batch_id: BatchId, services: Services) -> Deleted | AlreadyGone | DeleteDidNotHappen | DeleteUnknown:
    try:
        await _announce_end(batch_id, services)
        return await _send_delete(batch_id, services)
    except BatchNotFound:
        return AlreadyGone(batch_id)


async def _send_delete(batch_id: BatchId, services: Services) -> Deleted | DeleteDidNotHappen | DeleteUnknown:
    try:
        await services.workspace.batches.delete(batch_id)
    except ApiUnavailable as error:
        if not error.may_have_happened and error.status is None:
            raise
        return await _read_after_lost_answer(batch_id, services)
    return Deleted(batch_id, answered=True)


async def _announce_end(batch_id: BatchId, services: Services) -> None:
    """Announce how the batch ended if no sweep has yet: after the DELETE that cannot be found out."""
    if not await services.database.run(lambda connection: batch_records.is_open(connection, batch_id)):
        return
    try:
        batch = await services.workspace.batches.retrieve(batch_id)
    except ApiUnavailable as error:
        error.may_have_happened = False  # the DELETE was not sent
        raise
    if batch.has_ended:
        now = services.now()
        announcer = Announcer(services.enqueue)
        seen = snapshot_batch(batch, now)
        ending = describe_ending(batch)
        await services.database.run(lambda connection: announcer.record_end(connection, seen, ending, now))


async def forget(batch_id: BatchId, services: Services, *, deleted_here: bool) -> None:
    """Delete what is stored of a batch that is gone. A store that fails now does not make the deletion a failure."""
    enqueue = services.enqueue
    now = services.now()
    try:
        await services.database.run(
            lambda connection: deletions.delete_records(connection, enqueue, batch_id, now, deleted_here=deleted_here)
        )
    except StoreUnavailable:
        log.exception("the summary of %s is not deleted", batch_id)
    try:
        await asyncio.to_thread(services.drafts.archive.remove, batch_id)
    except OSError:
        log.exception("the archived requests of %s are not deleted", batch_id)


async def _read_after_lost_answer(
    batch_id: BatchId, services: Services
) -> Deleted | DeleteDidNotHappen | DeleteUnknown:
    try:
        return DeleteDidNotHappen(await services.workspace.batches.retrieve(batch_id))
    except BatchNotFound:
        return Deleted(batch_id, answered=False)
    except ApiError:
        return DeleteUnknown(batch_id)
