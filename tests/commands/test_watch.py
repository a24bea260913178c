"""Watch and unwatch: a card that stays up to date, and one mention at the end."""

import pytest

from bot.api.errors import BatchNotFound
from bot.api.ids import BatchId
from bot.caller import Caller
from bot.commands.base import Permission
from bot.commands.language.errors import BadValue, MissingReference, UnexpectedWord, UnknownOption, UsageError
from bot.commands.watch import Unwatch, Unwatched, Watch, WatchBegun, WatchesShown, WatchTooLate
from bot.operations.find_batch import Reference, ReferenceAmbiguous
from bot.operations.services import Services
from bot.playground.api_simulator.server import ApiSimulator
from tests.builders import ADA, AT_HOME, BEN, ID
from tests.commands.carrying_out import carry_out, reads_as, usage_error
from tests.commands.conftest import Place


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("watch", Watch()),
        ("WATCH last", Watch(Reference("last"))),
        (f"watch `{ID}` —dm", Watch(Reference(ID), "dm")),
        ("watch 01Hkc --here", Watch(Reference("01Hkc"))),
        (f"unwatch {ID}", Unwatch(Reference(ID))),
    ],
)
def test_they_take_a_batch(typed: str, command: Watch | Unwatch) -> None:
    assert reads_as(typed, command)


@pytest.mark.parametrize(
    ("typed", "kind", "verb"),
    [
        ("watch last --here --dm", BadValue, "watch"),
        ("watch a b", UnexpectedWord, "watch"),
        ("watch --public", UnknownOption, "watch"),
        ("unwatch", MissingReference, "unwatch"),
    ],
)
def test_a_line_that_makes_no_sense_is_a_usage_error(typed: str, kind: type[UsageError], verb: str) -> None:
    assert usage_error(typed) == (kind, verb)


def test_everyone_may_watch() -> None:
    assert (Watch.permission, Unwatch.permission) == (Permission.READ, Permission.READ)


@pytest.fixture
def running(place: Place) -> BatchId:
    return place(processing_status="in_progress", processing=320, id=ID)


@pytest.mark.parametrize(
    ("typed", "caller", "channel"),
    [("watch last", ADA, "C0BATCHES"), ("watch last --dm", ADA, "U0ADA"), ("watch last", AT_HOME, "U0ADA")],
)
async def test_the_card_goes_where_it_was_asked_for(
    typed: str, caller: Caller, channel: str, services: Services, running: BatchId
) -> None:
    outcome = await carry_out(services, typed, caller)

    assert isinstance(outcome, WatchBegun)
    assert (outcome.batch.id, outcome.place.id, outcome.already) == (running, channel, False)


async def test_watching_twice_changes_nothing(services: Services, running: BatchId) -> None:
    await carry_out(services, "watch last")

    outcome = await carry_out(services, "watch last")

    assert isinstance(outcome, WatchBegun)
    assert outcome.already


async def test_an_ended_batch_is_too_late(services: Services, place: Place) -> None:
    place(succeeded=3, id=ID)

    assert isinstance(await carry_out(services, "watch last"), WatchTooLate)


async def test_without_a_batch_it_shows_what_the_caller_watches(services: Services, running: BatchId) -> None:
    await carry_out(services, f"watch {running}")
    await carry_out(services, f"watch {running} --dm")

    mine, others = await carry_out(services, "watch"), await carry_out(services, "watch", BEN)

    assert isinstance(mine, WatchesShown)
    assert [(each.batch.id, set(each.places)) for each in mine.watched] == [(running, {"C0BATCHES", "U0ADA"})]
    assert others == WatchesShown(())


async def test_unwatch_ends_every_watch_of_the_caller_alone(services: Services, running: BatchId) -> None:
    for typed, caller in ((f"watch {running}", ADA), (f"watch {running} --dm", ADA), (f"watch {running}", BEN)):
        await carry_out(services, typed, caller)

    outcome = await carry_out(services, f"unwatch {running}")

    assert isinstance(outcome, Unwatched)
    assert (outcome.batch_id, set(outcome.places)) == (running, {"C0BATCHES", "U0ADA"})
    assert await carry_out(services, "watch") == WatchesShown(())
    assert await carry_out(services, "watch", BEN) != WatchesShown(())


async def test_unwatch_takes_the_beginning_of_a_watched_id(services: Services, running: BatchId, place: Place) -> None:
    place(processing_status="in_progress", processing=1, id=f"{ID[:14]}Another")
    await carry_out(services, f"watch {running}")

    outcome = await carry_out(services, f"unwatch {ID[:14]}")

    assert isinstance(outcome, Unwatched)
    assert outcome.batch_id == running


async def test_unwatch_lists_the_watched_batches_that_begin_alike(
    services: Services, running: BatchId, place: Place
) -> None:
    other = place(processing_status="in_progress", processing=1, id=f"{ID[:14]}Another")
    for batch in (running, other):
        await carry_out(services, f"watch {batch}")

    with pytest.raises(ReferenceAmbiguous) as caught:
        await carry_out(services, f"unwatch {ID[:14]}")

    assert {batch.id for batch in caught.value.candidates} == {running, other}


async def test_unwatch_works_for_a_batch_that_is_gone(services: Services, running: BatchId, api: ApiSimulator) -> None:
    await carry_out(services, f"watch {running}")
    api.advance(24 * 3600)
    api.workspace.delete(running)

    outcome = await carry_out(services, f"unwatch {running}")

    assert isinstance(outcome, Unwatched)
    assert outcome.places == ("C0BATCHES",)


async def test_a_batch_that_does_not_exist_cannot_be_watched(services: Services) -> None:
    with pytest.raises(BatchNotFound):
        await carry_out(services, f"watch {ID}")
