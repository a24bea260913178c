"""Label: a name for a batch, which can be typed instead of its id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api.errors import BatchNotFound
from bot.api.ids import BatchId
from bot.commands.base import Permission
from bot.commands.label import Label, Labeled
from bot.commands.language.errors import BadValue, MissingReference, UnexpectedWord, UsageError
from bot.commands.language.values import LONGEST_LABEL
from bot.commands.registry import parse
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from tests.builders import ID
from tests.commands.carrying_out import carry_out, reads_as, usage_error
from tests.commands.conftest import Place


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        (f"label {ID} nightly eval", Label(Reference(ID), "nightly eval")),
        ('label last "nightly eval"', Label(Reference("last"), "nightly eval")),
        ("label LAST Nightly eval!", Label(Reference("last"), "Nightly eval!")),
        ("label last --remove", Label(Reference("last"), None)),
    ],
)
def test_it_takes_a_batch_and_a_name(typed: str, command: Label) -> None:
    assert reads_as(typed, command)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("label", MissingReference),
        ("label last", BadValue),
        ('label last "!!!"', BadValue),
        ("label last last", BadValue),
        ("label last " + "x" * (LONGEST_LABEL + 1), BadValue),
        ("label last nightly --remove", UnexpectedWord),
    ],
)
def test_a_name_that_cannot_be_typed_again_is_a_usage_error(typed: str, kind: type[UsageError]) -> None:
    assert usage_error(typed) == (kind, "label")


@given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=4), max_size=4))
def test_every_accepted_name_can_be_spelled_again(words: list[str]) -> None:
    try:
        command = parse(f"label {ID} x {' '.join(words)}")
    except UsageError:
        return

    assert parse(command.spell()) == command


def test_it_needs_an_operator() -> None:
    assert Label.permission is Permission.OPERATE


@pytest.fixture
def batch(place: Place) -> BatchId:
    return place(succeeded=3, id=ID)


async def test_a_named_batch_is_found_by_its_name(services: Services, batch: BatchId) -> None:
    named = await carry_out(services, f"label {batch} Nightly eval")
    again = await carry_out(services, "label nightly-eval Weekly eval")

    assert isinstance(named, Labeled)
    assert (named.batch.id, named.label, named.others) == (batch, "Nightly eval", 0)
    assert isinstance(again, Labeled)
    assert (again.batch.id, again.label) == (batch, "Weekly eval")


async def test_the_number_of_other_batches_with_the_same_name_is_counted(
    services: Services, batch: BatchId, place: Place
) -> None:
    await carry_out(services, f"label {place(succeeded=1)} nightly")

    outcome = await carry_out(services, f"label {batch} nightly")

    assert isinstance(outcome, Labeled)
    assert outcome.others == 1


async def test_a_name_can_be_removed(services: Services, batch: BatchId) -> None:
    await carry_out(services, f"label {batch} nightly")

    outcome = await carry_out(services, f"label {batch} --remove")

    assert isinstance(outcome, Labeled)
    assert outcome.label is None


async def test_a_batch_that_does_not_exist_cannot_be_named(services: Services) -> None:
    with pytest.raises(BatchNotFound):
        await carry_out(services, f"label {ID} nightly")
