"""Own: who is responsible for a batch."""

import asyncio

import pytest

from bot.api.ids import BatchId
from bot.commands.base import Permission
from bot.commands.language.errors import BadValue, MissingReference, UnexpectedWord, UsageError
from bot.commands.own import Own, Owned, OwnedAlready
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from tests.builders import ADA, BEN, ID
from tests.commands.carrying_out import carry_out, reads_as, usage_error
from tests.commands.conftest import Place


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        (f"own {ID}", Own(Reference(ID))),
        ("own last <@U0BEN|ben>", Own(Reference("last"), "U0BEN")),
        ("own last U0BEN", Own(Reference("last"), "U0BEN")),
    ],
)
def test_it_takes_a_batch_and_an_optional_person(typed: str, command: Own) -> None:
    assert reads_as(typed, command)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("own", MissingReference), ("own last ben", BadValue), ("own last <@U0BEN> Marsh", UnexpectedWord)],
)
def test_a_line_that_makes_no_sense_is_a_usage_error(typed: str, kind: type[UsageError]) -> None:
    assert usage_error(typed) == (kind, "own")


def test_it_needs_an_operator() -> None:
    assert Own.permission is Permission.OPERATE


@pytest.fixture
def batch(place: Place) -> BatchId:
    return place(succeeded=3, id=ID)


async def test_a_batch_without_an_owner_becomes_the_callers(services: Services, batch: BatchId) -> None:
    outcome = await carry_out(services, f"own {batch}", BEN)

    assert isinstance(outcome, Owned)
    assert (outcome.batch.id, outcome.owner) == (batch, BEN.user)


async def test_a_batch_with_an_owner_keeps_it(services: Services, batch: BatchId) -> None:
    await carry_out(services, f"own {batch}", ADA)

    outcome = await carry_out(services, f"own {batch}", BEN)

    assert isinstance(outcome, OwnedAlready)
    assert outcome.owner == ADA.user


async def test_naming_a_person_hands_the_batch_over(services: Services, batch: BatchId) -> None:
    await carry_out(services, f"own {batch}", ADA)

    outcome = await carry_out(services, f"own {batch} <@{BEN.user}>", ADA)

    assert isinstance(outcome, Owned)
    assert outcome.owner == BEN.user


async def test_of_two_people_at_the_same_moment_one_becomes_the_owner(services: Services, batch: BatchId) -> None:
    outcomes = await asyncio.gather(carry_out(services, f"own {batch}", ADA), carry_out(services, f"own {batch}", BEN))

    assert {type(outcome) for outcome in outcomes} == {Owned, OwnedAlready}
    assert len({outcome.owner for outcome in outcomes if isinstance(outcome, Owned | OwnedAlready)}) == 1
