"""Every outcome of `delete`, and its question, by the name of its golden message."""

from datetime import timedelta

from bot.commands.delete import (
    AlreadyGone,
    Delete,
    DeleteChange,
    Deleted,
    DeleteDidNotHappen,
    DeleteRefused,
    DeleteUnknown,
)
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from bot.operations.find_batch import Reference
from bot.store.records.summaries import StoredSummary
from tests.builders import ADA, BATCHES, BEN, ID, NOW, canceling, running
from tests.ui.samples import DELETE_QUESTION, ENDED, REFERENCE

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "delete_refused": DeleteRefused(running()),
    "delete_refused_canceling": DeleteRefused(canceling()),
    "deleted": Deleted(ID, answered=True),
    "deleted_unanswered": Deleted(ID, answered=False),
    "delete_already_gone": AlreadyGone(ID),
    "delete_did_not_happen": DeleteDidNotHappen(ENDED),
    "delete_unknown": DeleteUnknown(ID),
    "question_delete": ConfirmationNeeded(
        DeleteChange(Delete(REFERENCE), ENDED), DELETE_QUESTION.id, DELETE_QUESTION.expires_at
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
