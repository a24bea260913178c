"""Every outcome of `delete`, and its question, by the name of its golden message."""

from datetime import timedelta

from msgspec.structs import replace

from bot.commands.bulk_change import BulkChange, BulkStarted, NothingMatches
from bot.commands.delete import (
    AlreadyGone,
    Delete,
    DeleteChange,
    Deleted,
    DeleteDidNotHappen,
    DeleteRefused,
    DeleteUnknown,
    NothingToSave,
    SaveThenDelete,
)
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from bot.operations.bulk import NoMatch, make_item
from bot.operations.find_batch import Reference
from bot.store.records.labels import BatchNames
from bot.store.records.summaries import StoredSummary
from tests.builders import ADA, BATCHES, BEN, ID, NOW, canceling, running
from tests.ui.bulk_samples import FACTS, bulk, change
from tests.ui.samples import DELETE_QUESTION, ENDED, REFERENCE

ONE_OF_MANY = replace(FACTS, matched=812, scanned=10_000, is_whole=False, priced=9, undownloaded=494, unsavable=0)


def _ask(change: BulkChange) -> ConfirmationNeeded:
    return ConfirmationNeeded(change, "0123456789abcdef0123456789abcdef", DELETE_QUESTION.expires_at)


OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "delete_refused": DeleteRefused(running()),
    "delete_refused_canceling": DeleteRefused(canceling()),
    "deleted": Deleted(ID, answered=True),
    "deleted_part": Deleted(ID, answered=True, names=BatchNames("Nightly eval", number=2, parts=3)),
    "deleted_unanswered": Deleted(ID, answered=False),
    "delete_already_gone": AlreadyGone(ID),
    "delete_did_not_happen": DeleteDidNotHappen(ENDED),
    "delete_unknown": DeleteUnknown(ID),
    "question_delete": ConfirmationNeeded(
        DeleteChange(Delete(REFERENCE), ENDED), DELETE_QUESTION.id, DELETE_QUESTION.expires_at
    ),
    "delete_nothing_to_save": NothingToSave(BATCHES["archived"]),
    "delete_bulk_started": BulkStarted(bulk(), 37),
    "delete_bulk_started_saving": BulkStarted(bulk(saves=True), 37),
    "delete_started_saving_one": BulkStarted(bulk(saves=True), 1, "Nightly eval"),
    "delete_nothing_matches": NothingMatches("delete", NoMatch(120, is_whole=True)),
    "question_delete_bulk": _ask(change()),
    "question_delete_bulk_of_one": _ask(change(1, facts=replace(FACTS, priced=0, undownloaded=1, unsavable=0))),
    "question_delete_bulk_of_many": _ask(change(500, facts=ONE_OF_MANY)),
    "question_delete_bulk_again": _ask(change(facts=None)),
    "question_delete_saving": _ask(
        SaveThenDelete(bulk(saves=True, command=f"delete {ID}"), (make_item(bulk(), 0, ENDED, BatchNames()),), (ENDED,))
    ),
    "question_delete_archived": ConfirmationNeeded(
        DeleteChange(Delete(REFERENCE), BATCHES["archived"]), DELETE_QUESTION.id, DELETE_QUESTION.expires_at
    ),
    **{
        f"question_delete_{name}": ConfirmationNeeded(
            DeleteChange(Delete(Reference(ID)), ENDED, stored), "the-confirmation-id", NOW + timedelta(minutes=5)
        )
        for name, stored in {
            "looked_at": StoredSummary(ID, "{}", None, BEN.user, NOW - timedelta(hours=2)),
            "taken": StoredSummary(ID, "{}", None, BEN.user, NOW, "jsonl", ADA.user, NOW),
            "taken_table": StoredSummary(ID, "{}", None, BEN.user, NOW, "csv", ADA.user, NOW),
            "taken_family": StoredSummary(ID, "{}", None, BEN.user, NOW, "family", ADA.user, NOW),
            "taken_failures": StoredSummary(ID, "{}", None, BEN.user, NOW, "errors", ADA.user, NOW),
        }.items()
    },
}
