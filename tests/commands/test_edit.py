"""Edit: label, owner, note and notifications at once."""

import pytest
from msgspec import UNSET

from bot.api.ids import BatchId
from bot.commands.base import Origin, Permission
from bot.commands.edit import Edit, Edited, EditUnchanged, EditWanted
from bot.commands.language.errors import BadValue, MissingReference, UnexpectedWord, UsageError
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.store.records import labels, watches
from tests.builders import ADA, BEN, ID
from tests.commands.carrying_out import carry_out, reads_as, usage_error
from tests.commands.conftest import Place

REFERENCE = Reference(ID)


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        (f"edit {ID}", Edit(reference=REFERENCE)),
        (f'edit {ID} --label "Nightly eval" --mute 7d', Edit(reference=REFERENCE, label="Nightly eval", mute="7d")),
        (f"edit {ID} --owner <@{BEN.user}|ben>", Edit(reference=REFERENCE, owner=BEN.user)),
        (f"edit {ID} --no-label --no-note --no-owner", Edit(reference=REFERENCE, label=None, note=None, owner=None)),
        (f'edit {ID} --note "ask first" --mute OFF', Edit(reference=REFERENCE, note="ask first", mute="off")),
    ],
)
def test_it_takes_a_batch_and_what_to_change(typed: str, command: Edit) -> None:
    assert reads_as(typed, command)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("edit", MissingReference),
        ("edit last more", UnexpectedWord),
        ("edit last --label last", BadValue),
        ("edit last --mute soon", BadValue),
        ("edit last --owner ben", BadValue),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(typed: str, kind: type[UsageError]) -> None:
    assert usage_error(typed) == (kind, "edit")


def test_it_needs_an_operator() -> None:
    assert Edit.permission is Permission.OPERATE


@pytest.fixture
def batch(place: Place) -> BatchId:
    return place(succeeded=3, id=ID)


async def test_everything_is_stored_at_once(services: Services, batch: BatchId) -> None:
    outcome = await carry_out(services, f'edit {batch} --label eval --owner {BEN.user} --note "ask first" --mute 1d')

    names = (await services.database.run(lambda connection: labels.get_names(connection, [batch])))[batch]
    muted = await services.database.run(lambda connection: watches.is_muted(connection, [batch], services.now()))
    assert isinstance(outcome, Edited)
    assert (names.label, names.owner, names.note) == ("eval", BEN.user, "ask first")
    assert muted


async def test_what_is_not_named_stays(services: Services, batch: BatchId) -> None:
    await carry_out(services, f'edit {batch} --label eval --note "ask first" --mute forever')

    outcome = await carry_out(services, f"edit {batch} --no-note --mute off")

    names = (await services.database.run(lambda connection: labels.get_names(connection, [batch])))[batch]
    muted = await services.database.run(lambda connection: watches.is_muted(connection, [batch], services.now()))
    assert isinstance(outcome, Edited)
    assert (outcome.label, outcome.note) == (UNSET, None)
    assert (names.label, names.note, muted) == ("eval", None, False)


async def test_without_changes_the_form_opens_and_a_submitted_form_changes_nothing(
    services: Services, batch: BatchId
) -> None:
    wanted = await Edit(reference=REFERENCE).propose(services, Origin.PRESSED, ADA)
    unchanged = await Edit(reference=REFERENCE).propose(services, Origin.SUBMITTED, ADA)

    assert isinstance(wanted, EditWanted)
    assert isinstance(unchanged, EditUnchanged)
