"""Status: the card of one batch."""

import pytest

from bot.api.errors import BatchNotFound
from bot.api.ids import BatchId
from bot.commands.base import Permission
from bot.commands.language.errors import MissingReference, UnexpectedWord, UnknownOption, UsageError
from bot.commands.status import BatchShown, Status
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from tests.builders import ADA, BEN, ID
from tests.commands.carrying_out import carry_out, reads_as, usage_error
from tests.commands.conftest import Place


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        (f"STATUS {ID}", Status(Reference(ID))),
        (f"status --public `{ID}`", Status(Reference(ID), public=True)),
        ("status LAST", Status(Reference("last"))),
        ("status MSGBATCH_01hk", Status(Reference("msgbatch_01hk"))),
    ],
)
def test_it_takes_a_batch(typed: str, command: Status) -> None:
    assert reads_as(typed, command)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("status", MissingReference),
        ("status last please", UnexpectedWord),
        ("status last --force", UnknownOption),
    ],
)
def test_a_line_that_makes_no_sense_is_a_usage_error(typed: str, kind: type[UsageError]) -> None:
    assert usage_error(typed) == (kind, "status")


def test_everyone_may_see_it() -> None:
    assert Status.permission is Permission.READ


@pytest.fixture
def running(place: Place) -> BatchId:
    return place(processing_status="in_progress", processing=320, id=ID)


async def status(services: Services, typed: str) -> BatchShown:
    outcome = await carry_out(services, typed)
    assert isinstance(outcome, BatchShown)
    return outcome


async def test_it_shows_the_batch_as_the_api_has_it(services: Services, running: BatchId) -> None:
    shown = await status(services, "status last --public")

    assert (shown.batch.id, shown.batch.request_counts.processing) == (running, 320)
    assert (shown.public, shown.canceled_by, shown.watchers, shown.rest) == (True, None, (), None)


async def test_it_names_the_person_who_canceled(services: Services, running: BatchId) -> None:
    await carry_out(services, f"cancel {running}", BEN)

    assert (await status(services, f"status {running}")).canceled_by == BEN.user


async def test_it_names_each_watcher_once(services: Services, running: BatchId) -> None:
    for typed in (f"watch {running}", f"watch {running} --dm"):
        await carry_out(services, typed, ADA)
    await carry_out(services, f"watch {running}", BEN)

    assert sorted((await status(services, f"status {running}")).watchers) == [ADA.user, BEN.user]


async def test_a_batch_that_does_not_exist_is_not_found(services: Services) -> None:
    with pytest.raises(BatchNotFound):
        await status(services, f"status {ID}")
