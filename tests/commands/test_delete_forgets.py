"""What is stored about the results of a batch is deleted with it, and never prevents its deletion."""

import pytest
from sqlalchemy import Connection

from bot.api.ids import BatchId
from bot.commands.base import Origin
from bot.commands.delete import AlreadyGone, Delete, DeleteChange, Deleted, DeleteOutcome
from bot.operations.find_batch import Reference
from bot.operations.progress import Progress
from bot.operations.read_results import read_results
from bot.operations.services import Services
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from bot.store.records import audit, summaries
from bot.store.records.summaries import StoredSummary
from tests import builders
from tests.builders import ADA, ID, NOW
from tests.commands.asking_for_results import shown, whole_file
from tests.commands.conftest import Place

DELETE = Delete(Reference(ID))


@pytest.fixture
def ended(place: Place) -> BatchId:
    return place(succeeded=5, id=ID)


async def delete(services: Services) -> DeleteOutcome:
    """Delete the batch, which had ended when that was proposed."""
    return (await DeleteChange(DELETE, builders.ended(builders.counts(succeeded=5))).apply(services, ADA)).outcome


async def known(services: Services) -> StoredSummary | None:
    return await services.database.run(lambda connection: summaries.get(connection, ID))


async def test_the_summary_goes_with_the_batch(services: Services, ended: BatchId) -> None:
    await shown(services)

    outcome = await delete(services)

    assert isinstance(outcome, Deleted)
    assert await known(services) is None


async def test_it_is_deleted_too_when_someone_else_was_faster(services: Services, api: ApiSimulator) -> None:
    read = StoredSummary(ID, "{}", None, ADA.user, NOW)
    await services.database.run(lambda connection: summaries.store_summary(connection, read, delete_before=NOW))

    outcome = await delete(services)

    assert isinstance(outcome, AlreadyGone)
    assert await known(services) is None


async def test_it_stays_when_the_batch_stays(services: Services, ended: BatchId, api: ApiSimulator) -> None:
    await shown(services)
    api.add_fault(ApiFault(method="DELETE", cut="before", times=3))

    await delete(services)

    assert await known(services) is not None


async def test_a_store_that_fails_afterwards_does_not_hide_that_it_was_deleted(
    services: Services, ended: BatchId
) -> None:
    await services.database.run(lambda connection: connection.exec_driver_sql("DROP TABLE bd_summaries"))

    assert isinstance(await delete(services), Deleted)


async def test_the_question_names_the_person_who_has_the_results(services: Services, ended: BatchId) -> None:
    await shown(services)

    change = await DELETE.propose(services, Origin.TYPED, ADA)

    assert isinstance(change, DeleteChange)
    assert change.fetched is not None
    assert change.fetched.fetched_by == ADA.user


async def test_a_reading_that_ends_after_the_delete_leaves_nothing_behind(
    services: Services, ended: BatchId, api: ApiSimulator
) -> None:
    batch, whole = await services.workspace.batches.retrieve(ended), whole_file(api).decode()
    await services.database.run(deleted_by_ada)
    await delete(services)
    api.add_fault(ApiFault(path="*/results", body=whole))

    fetched = await read_results(services, batch, ADA, Progress())

    assert fetched.summary.counts.total == 5
    assert await known(services) is None


def deleted_by_ada(connection: Connection) -> None:
    """Record the delete, as the pipeline does."""
    entry = audit.record_intent(
        connection,
        audit.Intent(
            at=NOW,
            user_id=ADA.user,
            team_id=ADA.team,
            channel_id=ADA.channel,
            verb="delete",
            command=DELETE.spell(),
            subject=ID,
            confirmation_id=None,
        ),
        held_by="a-process",
    )
    audit.record_outcome(connection, entry, outcome="done", detail=None, at=NOW)
