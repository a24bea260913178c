"""Stop reading: the caller's own long reading ends early, in whichever process it runs."""

from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace

from bot.commands.base import Permission
from bot.commands.language.errors import MissingReference, UnexpectedWord, UnknownVerb
from bot.commands.stop_reading import ReadingLost, ReadingOfAnother, StopAsked, StopReading
from bot.operations.services import Services
from bot.store.records import long_readings
from bot.store.records.long_readings import LongReading
from tests.builders import ADA, BEN, NOW
from tests.commands.carrying_out import carry_out, reads_as, usage_error

Begin = Callable[..., Awaitable[LongReading]]
ME = "this-process"


@pytest.fixture
def reading_services(services: Services) -> Services:
    """Services of a process with a name."""
    return replace(services, process_id=ME)


@pytest.fixture
def begin(services: Services) -> Begin:
    """Begin a reading of Ada's, in this process unless another is named."""

    async def begun(held_by: str = ME, again: str | None = None) -> LongReading:
        reading = LongReading("reading-1", ADA.user, ADA.team, NOW, held_by=held_by, again=again)
        await services.database.run(lambda connection: long_readings.add(connection, reading))
        return reading

    return begun


def test_it_takes_the_id_of_one_reading() -> None:
    assert reads_as("stop-reading abc123", StopReading("abc123"))
    assert reads_as("stop-reading abc123 --remove", StopReading("abc123", remove=True))
    assert usage_error("stop-reading") == (MissingReference, "stop-reading")
    assert usage_error("stop-reading a b") == (UnexpectedWord, "stop-reading")


def test_stop_alone_is_another_word_for_cancel() -> None:
    assert usage_error("stop last") == (UnknownVerb, "")


def test_everyone_may_stop_their_own_reading() -> None:
    assert StopReading.permission is Permission.READ


async def test_a_reading_under_way_is_asked_to_stop(reading_services: Services, begin: Begin) -> None:
    reading = await begin()

    outcome = await carry_out(reading_services, StopReading(reading.id))

    assert outcome == StopAsked(under_way=True)
    assert await reading_services.database.run(lambda connection: long_readings.is_stopped(connection, reading.id))


async def test_a_reading_that_has_ended_needs_no_stop(reading_services: Services) -> None:
    assert await carry_out(reading_services, StopReading("reading-1")) == StopAsked(under_way=False)


async def test_another_persons_reading_goes_on(reading_services: Services, begin: Begin) -> None:
    reading = await begin()

    with pytest.raises(ReadingOfAnother) as caught:
        await carry_out(reading_services, StopReading(reading.id), BEN)

    assert caught.value.user == ADA.user
    assert not await reading_services.database.run(lambda connection: long_readings.is_stopped(connection, reading.id))


async def test_a_reading_whose_process_died_is_lost(reading_services: Services, begin: Begin) -> None:
    reading = await begin(held_by="dead-process", again="results last")

    assert await carry_out(reading_services, StopReading(reading.id)) == ReadingLost("results last")
