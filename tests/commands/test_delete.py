"""Deleting: proposed in every state, and applied against every answer; after a lost one the batch is read."""

import pytest

from bot.api.errors import ApiRejected, ApiUnavailable, BatchNotFound, KeyRefused, RateLimited
from bot.api.ids import BatchId
from bot.commands.base import Origin, Permission
from bot.commands.change import Applied
from bot.commands.delete import (
    AlreadyGone,
    Delete,
    DeleteChange,
    Deleted,
    DeleteDidNotHappen,
    DeleteOutcome,
    DeleteRefused,
    DeleteUnknown,
)
from bot.commands.language.errors import MissingReference, UnexpectedWord, UnknownOption, UsageError
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.operations.snapshots import snapshot_batch
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from bot.store.records import batches as batch_records
from tests import builders
from tests.builders import ADA, ID, NOW, running
from tests.commands.carrying_out import reads_as, usage_error
from tests.commands.conftest import Place

DELETE = Delete(Reference(ID))
TRIES = 3


async def delete(services: Services) -> Applied[DeleteOutcome]:
    """Delete the batch, which had ended when that was proposed."""
    return await DeleteChange(DELETE, builders.ended(builders.counts(succeeded=1_161, errored=39))).apply(services, ADA)


def test_it_takes_a_batch() -> None:
    assert reads_as(f"delete <https://console.anthropic.com/batches/{ID}>", DELETE)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("delete", MissingReference),
        ("delete last last", UnexpectedWord),
        ("delete last --public", UnknownOption),
        ("delete last --yes", UnknownOption),
    ],
)
def test_a_line_that_makes_no_sense_is_a_usage_error(typed: str, kind: type[UsageError]) -> None:
    assert usage_error(typed) == (kind, "delete")


def test_it_needs_an_administrator() -> None:
    assert Delete.permission is Permission.ADMINISTER


@pytest.fixture
def ended(place: Place) -> None:
    place(succeeded=1_161, errored=39, id=ID)


def methods(api: ApiSimulator) -> list[str]:
    return [request.method for request in api.requests]


@pytest.mark.parametrize("text", [ID, ID[:14], ID[9:], "last"])
@pytest.mark.parametrize("origin", Origin)
async def test_it_always_asks(text: str, origin: Origin, services: Services, ended: None) -> None:
    change = await Delete(Reference(text)).propose(services, origin, ADA)

    assert isinstance(change, DeleteChange)
    assert (change.asks, change.command, change.batch.id) == (True, DELETE, ID)
    assert change.state == "ended 0/1161/39/0/0"


async def test_asking_sends_no_delete(api: ApiSimulator, services: Services, ended: None) -> None:
    await DELETE.propose(services, Origin.TYPED, ADA)

    assert methods(api) == ["GET"]


@pytest.mark.parametrize("status", ["in_progress", "canceling"])
async def test_an_unfinished_batch_is_refused(status: str, services: Services, place: Place) -> None:
    place(processing_status=status, processing=5, id=ID)

    outcome = await DELETE.propose(services, Origin.TYPED, ADA)

    assert isinstance(outcome, DeleteRefused)
    assert outcome.batch.processing_status == status


async def test_a_batch_that_is_not_there_cannot_be_proposed(services: Services) -> None:
    with pytest.raises(BatchNotFound):
        await DELETE.propose(services, Origin.TYPED, ADA)


async def test_an_ended_batch_is_gone_after_one_delete(api: ApiSimulator, services: Services, ended: None) -> None:
    applied = await delete(services)

    assert applied == Applied(Deleted(ID, answered=True), "done")
    assert methods(api) == ["DELETE"]
    with pytest.raises(BatchNotFound):
        await services.workspace.batches.retrieve(ID)


async def test_a_batch_that_someone_else_deleted_is_already_gone(services: Services) -> None:
    assert await delete(services) == Applied(AlreadyGone(ID), "refused")


async def test_a_batch_that_runs_is_refused_by_the_api_too(services: Services, place: Place) -> None:
    place(processing_status="in_progress", processing=5, id=ID)

    with pytest.raises(ApiRejected):
        await delete(services)


@pytest.mark.parametrize(
    ("status", "kind"), [(401, KeyRefused), (403, KeyRefused), (400, ApiRejected), (409, ApiRejected)]
)
async def test_a_refusal_deletes_nothing_and_is_raised_unchanged(
    status: int, kind: type[ApiRejected], api: ApiSimulator, services: Services, ended: None
) -> None:
    api.add_fault(ApiFault(status=status))

    with pytest.raises(kind):
        await delete(services)

    assert methods(api) == ["DELETE"]


async def test_too_many_calls_delete_nothing(api: ApiSimulator, services: Services, ended: None) -> None:
    api.add_fault(ApiFault(status=429, times=TRIES))

    with pytest.raises(RateLimited):
        await delete(services)

    assert (await services.workspace.batches.retrieve(ID)).has_ended


async def test_a_delete_whose_answer_was_lost_is_repeated_and_a_404_confirms_it(
    api: ApiSimulator, services: Services, ended: None
) -> None:
    api.add_fault(ApiFault(method="DELETE", cut="middle"))

    assert await delete(services) == Applied(Deleted(ID, answered=True), "done")
    assert methods(api) == ["DELETE", "DELETE"]


@pytest.mark.parametrize(
    "later", [ApiFault(method="DELETE", status=500, times=2), ApiFault(method="DELETE", cut="before", times=2)]
)
async def test_when_every_answer_is_lost_reading_the_batch_finds_it_gone(
    later: ApiFault, api: ApiSimulator, services: Services, ended: None
) -> None:
    api.add_fault(ApiFault(method="DELETE", cut="middle"))
    api.add_fault(later)

    assert await delete(services) == Applied(Deleted(ID, answered=False), "done")
    assert methods(api) == ["DELETE"] * TRIES + ["GET"]


@pytest.mark.parametrize(
    "fault", [{"cut": "before"}, {"status": 500}, {"status": 529}, {"body": "<html>", "status": 502}]
)
async def test_when_nothing_was_deleted_reading_the_batch_finds_it(
    fault: dict[str, object], api: ApiSimulator, services: Services, ended: None
) -> None:
    api.add_fault(ApiFault.model_validate({"method": "DELETE", "times": TRIES, **fault}))

    applied = await delete(services)

    assert isinstance(applied.outcome, DeleteDidNotHappen)
    assert applied.outcome.batch.id == ID
    assert applied.audit_outcome == "refused"


async def test_when_the_batch_cannot_be_read_before_nothing_is_sent_or_in_doubt(
    api: ApiSimulator, services: Services, ended: None
) -> None:
    seen = snapshot_batch(running(id=BatchId(ID)), NOW)
    await services.database.run(lambda connection: batch_records.add(connection, seen))
    api.add_fault(ApiFault(method="GET", status=500, times=TRIES))

    with pytest.raises(ApiUnavailable) as caught:
        await delete(services)

    assert not caught.value.may_have_happened
    assert "DELETE" not in methods(api)


@pytest.mark.parametrize("look", [{"cut": "before"}, {"status": 500}, {"status": 429}, {"status": 401}])
async def test_when_the_batch_cannot_be_read_after_the_outcome_is_unknown(
    look: dict[str, object], api: ApiSimulator, services: Services, ended: None
) -> None:
    api.add_fault(ApiFault(method="DELETE", cut="before", times=TRIES))
    # aiohttp repeats a GET by itself on a connection that breaks
    api.add_fault(ApiFault.model_validate({"method": "GET", "times": 2 * TRIES, **look}))

    applied = await delete(services)

    assert applied == Applied(DeleteUnknown(ID), "unknown")


async def test_an_unreachable_api_is_reported_without_reading_the_batch(
    api: ApiSimulator, services: Services, ended: None
) -> None:
    await api.stop()

    with pytest.raises(ApiUnavailable) as caught:
        await delete(services)

    assert not caught.value.may_have_happened
