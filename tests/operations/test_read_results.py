"""The other verbs that read, and Keep: overview, status, help, audit."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot.api.errors import ApiUnavailable
from bot.commands.audit import PAGE, Audit, AuditExported, AuditShown
from bot.commands.help import HelpCommand, HelpShown
from bot.commands.keep import Keep, Kept
from bot.commands.overview import Overview
from bot.commands.status import Status
from bot.operations.find_batch import NoBatches, Reference
from bot.operations.services import Services
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from bot.store.records import audit, confirmations
from bot.store.records.confirmations import StoredConfirmation
from tests.builders import ADA, BEN, ID, NOW, batch_id
from tests.commands.conftest import Place


async def test_the_overview_has_what_runs_and_the_newest_that_ended(services: Services, place: Place) -> None:
    older = place(processing_status="canceling", processing=3, age=900.0)
    ended = place(succeeded=1, age=700.0, took=60.0)
    place(succeeded=1, age=4_000.0, took=60.0)
    newer = place(processing_status="in_progress", processing=3, age=600.0)

    shown = await Overview().run(services, ADA)

    assert [batch.id for batch in shown.unfinished] == [newer, older]
    assert shown.last_ended is not None
    assert shown.last_ended.id == ended


async def test_the_overview_of_an_empty_workspace_is_empty(services: Services) -> None:
    shown = await Overview().run(services, ADA)

    assert (shown.unfinished, shown.last_ended) == ((), None)


@pytest.mark.parametrize("public", [True, False])
async def test_status_reads_the_batch_as_it_is_now(public: bool, services: Services, place: Place) -> None:
    place(succeeded=3, errored=2, id=ID)

    shown = await Status(Reference(ID), public=public).run(services, ADA)

    assert (shown.batch.request_counts.succeeded, shown.batch.request_counts.errored) == (3, 2)
    assert shown.public is public


async def test_status_tells_that_the_api_is_down(api: ApiSimulator, services: Services) -> None:
    api.add_fault(ApiFault(status=529, times=3))

    with pytest.raises(ApiUnavailable):
        await Status(Reference("last")).run(services, ADA)


async def test_help_calls_neither_the_api_nor_the_store(api: ApiSimulator, services: Services) -> None:
    assert await HelpCommand("delete").run(services, ADA) == HelpShown("delete")
    assert api.requests == []


@pytest.fixture
async def recorded(services: Services) -> None:
    """Seventeen cancellations of two batches in turn."""

    def write(connection: Connection) -> None:
        for number in range(17):
            entry = audit.record_intent(
                connection,
                audit.Intent(
                    at=NOW + timedelta(minutes=number),
                    user_id=ADA.user,
                    team_id=ADA.team,
                    channel_id=ADA.channel,
                    verb="cancel",
                    command=f"cancel {batch_id(number % 2)}",
                    subject=batch_id(number % 2),
                    confirmation_id=None,
                ),
                held_by="a-process",
            )
            audit.record_outcome(connection, entry, outcome="done", detail=None, at=NOW)

    await services.database.run(write)


async def audited(command: Audit, services: Services) -> AuditShown:
    shown = await command.run(services, ADA)
    assert isinstance(shown, AuditShown)
    return shown


async def test_the_record_is_shown_newest_first_and_turned_page_by_page(services: Services, recorded: None) -> None:
    first = await audited(Audit(), services)
    assert first.older is not None
    second = await audited(first.older, services)

    times = [act.entry.at for act in (*first.acts, *second.acts)]
    assert (len(first.acts), len(second.acts), second.older) == (PAGE, 17 - PAGE, None)
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("text", [batch_id(1), batch_id(1).removeprefix("msgbatch_")])
async def test_the_record_of_one_batch_needs_no_batch(
    text: str, api: ApiSimulator, services: Services, recorded: None
) -> None:
    shown = await audited(Audit(Reference(text)), services)

    assert {act.entry.subject for act in shown.acts} == {batch_id(1)}
    assert (len(shown.acts), shown.older, api.requests) == (8, None, [])


async def test_the_record_of_the_last_batch_is_of_the_newest_one(
    services: Services, place: Place, recorded: None
) -> None:
    place(succeeded=1, id=batch_id(1))

    shown = await audited(Audit(Reference("last")), services)

    assert shown.query == Audit(Reference(batch_id(1)))
    assert len(shown.acts) == 8


async def test_the_record_of_the_last_of_no_batches_is_told(services: Services) -> None:
    with pytest.raises(NoBatches):
        await Audit(Reference("last")).run(services, ADA)


async def test_the_export_is_whole_and_oldest_first(services: Services, recorded: None) -> None:
    exported = await Audit(export=True).run(services, ADA)

    assert isinstance(exported, AuditExported)
    assert [entry.id for entry in exported.entries] == list(range(1, 18))


QUESTION = StoredConfirmation(
    "a-question", ADA.user, ADA.team, f"delete {ID}", ID, "ended 0/1/0/0/0", NOW, NOW + timedelta(minutes=5)
)


@pytest.fixture
async def asked(services: Services) -> None:
    await services.database.run(lambda connection: confirmations.add(connection, QUESTION))


async def test_keeping_withdraws_the_question_once_and_records_it(services: Services, asked: None) -> None:
    first = await Keep(QUESTION.id).run(services, ADA)
    second = await Keep(QUESTION.id).run(services, ADA)

    entries = await services.database.run(audit.list_entries)
    assert (first, second) == (Kept(ID), Kept(None))
    assert [(entry.verb, entry.outcome, entry.subject) for entry in entries] == [("delete", "kept", ID)]


async def test_no_one_keeps_a_batch_for_another_person(services: Services, asked: None) -> None:
    assert await Keep(QUESTION.id).run(services, BEN) == Kept(None)

    stored = await services.database.run(lambda connection: confirmations.get(connection, QUESTION.id))
    assert stored == QUESTION


async def test_keeping_what_was_never_asked_changes_nothing(services: Services) -> None:
    assert await Keep("unheard-of").run(services, ADA) == Kept(None)
    assert await services.database.run(audit.list_entries) == []
