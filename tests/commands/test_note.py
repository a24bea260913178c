"""Note: a line about a batch, shown on its card."""

import pytest

from bot.api.errors import BatchNotFound
from bot.api.ids import BatchId
from bot.commands.base import Permission
from bot.commands.language.errors import BadValue, MissingReference, UnexpectedWord, UsageError
from bot.commands.language.values import LONGEST_NOTE
from bot.commands.note import Note, Noted
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.store.records import labels
from tests.builders import ID
from tests.commands.carrying_out import carry_out, reads_as, usage_error
from tests.commands.conftest import Place


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        (f"note {ID} rerun after the fix", Note(Reference(ID), "rerun after the fix")),
        ("note last ask @U0BEN first", Note(Reference("last"), "ask @U0BEN first")),
        ("note last --remove", Note(Reference("last"), None)),
    ],
)
def test_it_takes_a_batch_and_a_line(typed: str, command: Note) -> None:
    assert reads_as(typed, command)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("note", MissingReference),
        ("note last", BadValue),
        ("note last " + "x" * (LONGEST_NOTE + 1), BadValue),
        ("note last text --remove", UnexpectedWord),
    ],
)
def test_a_line_that_makes_no_sense_is_a_usage_error(typed: str, kind: type[UsageError]) -> None:
    assert usage_error(typed) == (kind, "note")


def test_it_needs_an_operator() -> None:
    assert Note.permission is Permission.OPERATE


@pytest.fixture
def batch(place: Place) -> BatchId:
    return place(succeeded=3, id=ID)


async def note_of(services: Services, batch: BatchId) -> str | None:
    return (await services.database.run(lambda connection: labels.get_names(connection, [batch])))[batch].note


async def test_a_note_is_stored(services: Services, batch: BatchId) -> None:
    outcome = await carry_out(services, "note last after the prompt fix")

    assert isinstance(outcome, Noted)
    assert (outcome.batch.id, outcome.note) == (batch, "after the prompt fix")
    assert await note_of(services, batch) == "after the prompt fix"


async def test_a_note_can_be_removed(services: Services, batch: BatchId) -> None:
    await carry_out(services, f"note {batch} old")

    outcome = await carry_out(services, f"note {batch} --remove")

    assert isinstance(outcome, Noted)
    assert outcome.note is None
    assert await note_of(services, batch) is None


async def test_a_batch_that_does_not_exist_takes_no_note(services: Services) -> None:
    with pytest.raises(BatchNotFound):
        await carry_out(services, f"note {ID} text")
