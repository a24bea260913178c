"""Stop list: what is left of one's own list stays as it is, each batch with a row in the audit."""

from msgspec.structs import replace

from bot.commands.base import Permission
from bot.commands.language.errors import MissingReference
from bot.commands.stop_list import ListStopped, StopList
from bot.operations.services import Services
from bot.store.records import audit, bulks
from bot.store.records.bulks import BulkState
from tests.builders import ADA, BEN
from tests.commands.carrying_out import carry_out, reads_as, usage_error
from tests.ui.bulk_samples import bulk, item


async def store(services: Services, state: BulkState = "running") -> str:
    """Store a list of Ada's whose second batch is being deleted."""
    items = [item(1), item(2, "acting"), item(3, "saved"), item(4, "waiting"), item(5, "waiting")]
    await services.database.run(lambda connection: bulks.add(connection, replace(bulk(), state=state), items))
    return bulk().id


def test_it_takes_the_id_of_one_list() -> None:
    assert reads_as("stop-list bulk_1", StopList("bulk_1"))
    assert usage_error("stop-list") == (MissingReference, "stop-list")
    assert (StopList.permission, StopList("bulk_1").also_needed) == (Permission.READ, None)
    assert reads_as("stop-list bulk_1 --other", StopList("bulk_1", other=True))
    assert StopList("bulk_1", other=True).also_needed is Permission.ADMINISTER


async def test_only_what_waits_is_left_and_each_is_on_record(services: Services) -> None:
    bulk_id = await store(services)

    outcomes = [await carry_out(services, f"stop-list {bulk_id}") for _ in range(2)]

    items = await services.database.run(lambda connection: bulks.list_items(connection, bulk_id))
    entries = await services.database.run(lambda connection: audit.list_entries(connection))
    assert outcomes == [ListStopped(3), ListStopped(0)]
    assert [each.state for each in items] == ["done", "acting", "skipped", "skipped", "skipped"]
    assert [(each.verb, each.outcome, each.detail) for each in entries] == [
        ("stop-list", "done", "3 batches left"),
        *[("delete", "refused", "skipped: stopped")] * 3,
    ]


async def test_an_administrator_stops_the_list_of_another_and_is_on_record(services: Services) -> None:
    bulk_id = await store(services)

    stopped = await carry_out(services, f"stop-list {bulk_id} --other", BEN)

    items = await services.database.run(lambda connection: bulks.list_items(connection, bulk_id))
    stop, *rows = await services.database.run(lambda connection: audit.list_entries(connection))
    assert stopped == ListStopped(3, is_other=True)
    assert {(each.reason, each.detail) for each in items if each.state == "skipped"} == {("stopped_by", BEN.user)}
    assert (stop.user_id, stop.command, stop.subject) == (BEN.user, f"stop-list {bulk_id} {ADA.user}", bulk_id)
    assert {each.user_id for each in rows} == {ADA.user}


async def test_a_list_of_another_and_one_that_does_not_run_stay_as_they_are(services: Services) -> None:
    bulk_id = await store(services)

    assert await carry_out(services, f"stop-list {bulk_id}", BEN) == ListStopped(0)
    assert await carry_out(services, "stop-list bulk_0000000000000000", ADA) == ListStopped(0)
