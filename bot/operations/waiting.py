"""What waits for a person, and the lists of batches that a worker goes through: for the Home tab and `/batch` alone."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from bot.operations.find_batch import PREFIX
from bot.operations.unsent_parts import read_unsent_parts
from bot.store.db.connection import Connection
from bot.store.records import bulks, confirmations, drafts
from bot.store.records.bulks import BULK_PREFIX, RunningList
from bot.store.records.confirmations import StoredConfirmation
from bot.store.records.drafts import Draft


class Waiting(Struct, frozen=True):
    """What waits for a person: drafts that wait for an approval, their own checked drafts, and open questions.

    Of a divided draft whose first parts were sent, it is what is left. `sizes` are the batches of each list that a
    question is about. `running` are the lists under way, of all people.
    """

    approvals: tuple[Draft, ...] = ()
    drafts: tuple[Draft, ...] = ()
    questions: tuple[StoredConfirmation, ...] = ()
    sizes: Mapping[str, int] = {}
    running: tuple[RunningList, ...] = ()


def read_waiting(connection: Connection, user: str, now: datetime) -> Waiting:
    """Return what waits for a person. Of several questions about the same, it is the newest."""
    asked = confirmations.list_open(connection, user, now)
    questions = {each.command: each for each in asked if each.subject.startswith((PREFIX, BULK_PREFIX))}
    lists = [each.subject for each in questions.values() if each.subject.startswith(BULK_PREFIX)]
    return Waiting(
        tuple(_read_left(connection, each) for each in drafts.list_in_states(connection, "waiting")),
        tuple(
            _read_left(connection, each) for each in drafts.list_in_states(connection, "ready") if each.user_id == user
        ),
        tuple(questions.values()),
        bulks.count_items(connection, lists),
        tuple(bulks.list_running(connection)),
    )


def _read_left(connection: Connection, draft: Draft) -> Draft:
    return read_unsent_parts(connection, draft) if draft.is_divided else draft
