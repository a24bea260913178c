"""How people name a batch, looked up in the simulated API."""

import pytest
from msgspec.structs import replace

from bot.api.errors import ApiUnavailable, BatchNotFound
from bot.api.ids import BatchId
from bot.api.models import BatchPage
from bot.commands.language.references import reference
from bot.commands.registry import parse
from bot.commands.status import Status
from bot.operations.find_batch import (
    CANDIDATES_SHOWN,
    FoundBatch,
    NoBatches,
    ReferenceAmbiguous,
    ReferenceNotFound,
)
from bot.operations.services import Services
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from bot.store.db.database import Database, StoreUnavailable
from bot.store.records import labels
from tests.builders import ADA, ID, NOW, running
from tests.commands.conftest import Place

OTHER = "msgbatch_01HkcTjaXXXXXXXXXXXXXXXXX"


async def find(text: str, services: Services) -> FoundBatch:
    return await services.find_batch(reference(text))


@pytest.fixture
def two(place: Place) -> None:
    """Two batches whose ids begin alike; ID is the older one."""
    place(succeeded=1, id=ID, age=7_200.0)
    place(succeeded=1, id=OTHER, age=3_600.0)


@pytest.mark.parametrize("text", [ID, ID.replace("msgbatch", "MSGBATCH"), ID.replace("msgbatch", "MsgBatch")])
async def test_a_full_id_is_fetched_in_one_call(text: str, api: ApiSimulator, services: Services, two: None) -> None:
    found = await find(text, services)

    assert (found.batch.id, found.exact) == (ID, True)
    assert [request.path for request in api.requests] == [f"/v1/messages/batches/{ID}"]


@pytest.mark.parametrize("text", ["01HkcTjaV", "msgbatch_01HkcTjaV", "MSGBATCH_01HkcTjaV", ID[:-1], ID[9:], ID[9:-1]])
async def test_a_beginning_that_fits_one_batch_is_that_batch_and_not_exact(
    text: str, services: Services, two: None
) -> None:
    found = await find(text, services)

    assert (found.batch.id, found.exact) == (ID, False)


@pytest.mark.parametrize("text", ["last", "LAST", "Last"])
async def test_last_is_the_newest_and_not_exact(text: str, services: Services, two: None) -> None:
    found = await find(text, services)

    assert (found.batch.id, found.exact) == (OTHER, False)


@pytest.mark.parametrize(
    "typed", ["status last ended", "status LAST Ended", "status last-ended", "status 'last ended'"]
)
async def test_last_ended_is_the_one_with_the_latest_end(typed: str, services: Services, place: Place) -> None:
    place(succeeded=1, age=7_200.0, took=7_140.0, id=ID)
    place(succeeded=1, age=3_600.0, took=3_000.0, id=OTHER)
    place(processing=1, processing_status="in_progress", age=60.0)
    command = parse(typed)
    assert isinstance(command, Status)

    found = await services.find_batch(command.reference)

    assert (found.batch.id, found.exact) == (ID, False)


async def test_where_none_has_ended_there_is_no_last_ended_one(services: Services, place: Place) -> None:
    place(processing=1, processing_status="in_progress")

    with pytest.raises(NoBatches) as caught:
        await find("last-ended", services)

    assert caught.value.ended


@pytest.mark.parametrize(
    ("typed", "near"), [("nightly", ("Nightly eval",)), ("nihgtly-eval", ("Nightly eval",)), ("x", ())]
)
async def test_a_label_that_no_batch_has_comes_with_those_like_it(
    typed: str, near: tuple[str, ...], services: Services, two: None
) -> None:
    await call(ID, "Nightly eval", services)

    with pytest.raises(ReferenceNotFound) as caught:
        await find(typed, services)

    assert caught.value.near == near


async def test_last_of_an_empty_workspace_is_told(services: Services) -> None:
    with pytest.raises(NoBatches):
        await find("last", services)


@pytest.mark.parametrize("text", ["01HkcTja", "msgbatch_01HkcTja", "msgbatch_", "m", "0"])
async def test_a_beginning_that_fits_several_lists_them_newest_first(text: str, services: Services, two: None) -> None:
    with pytest.raises(ReferenceAmbiguous) as caught:
        await find(text, services)

    assert [batch.id for batch in caught.value.candidates] == [OTHER, ID]
    assert (caught.value.text, caught.value.total) == (text, 2)


async def test_of_many_candidates_the_newest_are_listed_and_all_are_counted(services: Services, place: Place) -> None:
    for number in range(CANDIDATES_SHOWN + 3):
        place(succeeded=1, age=3_600.0 + number)

    with pytest.raises(ReferenceAmbiguous) as caught:
        await find("01", services)

    assert (len(caught.value.candidates), caught.value.total) == (CANDIDATES_SHOWN, CANDIDATES_SHOWN + 3)


async def test_a_whole_id_that_is_the_beginning_of_another_is_exact(services: Services, place: Place) -> None:
    place(succeeded=1, id="msgbatch_short")
    place(succeeded=1, id="msgbatch_shorter")

    found = await find("msgbatch_short", services)

    assert (found.batch.id, found.exact) == ("msgbatch_short", True)


async def test_a_beginning_as_long_as_todays_ids_finds_a_longer_id(services: Services, place: Place) -> None:
    longer = place(succeeded=1, id=ID + "ABCDEFGH")

    found = await find(ID, services)

    assert (found.batch.id, found.exact) == (longer, False)


async def test_the_case_of_the_rest_of_an_id_matters(services: Services, two: None) -> None:
    with pytest.raises(ReferenceNotFound):
        await find("01hkctjav", services)


async def test_a_beginning_of_nothing_tells_how_many_were_looked_through(services: Services, two: None) -> None:
    with pytest.raises(ReferenceNotFound) as caught:
        await find("01zzz", services)

    assert (caught.value.searched, caught.value.all_searched) == (2, True)


async def test_a_beginning_in_an_empty_workspace_is_told(services: Services) -> None:
    with pytest.raises(ReferenceNotFound) as caught:
        await find("01zzz", services)

    assert (caught.value.searched, caught.value.all_searched) == (0, True)


async def test_a_full_id_of_another_workspace_is_not_found(services: Services, two: None) -> None:
    with pytest.raises(BatchNotFound) as caught:
        await find("msgbatch_01AAAAAAAAAAAAAAAAAAAAAA", services)

    assert caught.value.batch_id == BatchId("msgbatch_01AAAAAAAAAAAAAAAAAAAAAA")


@pytest.mark.parametrize("pattern", ["*", "01*", "01_", "msgbatch.01", "[0-9]", "01HkcTj."])
async def test_a_pattern_is_no_beginning(pattern: str, services: Services, two: None) -> None:
    with pytest.raises(ReferenceNotFound):
        await find(pattern, services)


@pytest.mark.parametrize("text", ["last", "01Hkc", ID])
async def test_an_api_that_is_down_is_not_taken_for_not_found(
    text: str, api: ApiSimulator, services: Services, two: None
) -> None:
    api.add_fault(ApiFault(status=500, times=3))

    with pytest.raises(ApiUnavailable):
        await find(text, services)


async def test_a_search_ends_after_the_newest_five_thousand(services: Services, place: Place) -> None:
    for number in range(5_001):
        place(succeeded=1, age=3_600.0 + number)
    oldest = place(succeeded=1, id="msgbatch_zoldest", age=10_000.0)

    with pytest.raises(ReferenceNotFound) as caught:
        await find(oldest, services)

    assert (caught.value.searched, caught.value.all_searched) == (5_000, False)
    await call(oldest, "of old", services)
    assert (await find("of-old", services)).batch.id == oldest


async def test_pages_that_lead_nowhere_make_no_second_batch_of_one(api: ApiSimulator, services: Services) -> None:
    page = BatchPage(data=(running(),), has_more=True, last_id=BatchId(ID))
    api.add_fault(ApiFault(body=page.model_dump_json(), times=9))

    found = await find(ID[:14], services)

    assert found.batch.id == ID


@pytest.mark.parametrize("text", ["nightly-eval", "nightly-eval-of-the-largest-model-there-is"])
async def test_what_may_be_a_label_is_not_said_not_to_exist_while_labels_cannot_be_read(
    text: str, services: Services, two: None
) -> None:
    away = replace(services, database=Database("sqlite:////nowhere/at/all.sqlite3"))

    with pytest.raises(StoreUnavailable):
        await away.find_batch(reference(text))

    assert (await away.find_batch(reference("01HkcTjaV"))).batch.id == ID


async def call(batch: str, label: str, services: Services) -> None:
    await services.database.run(
        lambda connection: labels.set_field(connection, batch, "label", label, by=ADA.user, at=NOW)
    )


@pytest.mark.parametrize("label", ["01HkcTjaX", "msgbatch"])
async def test_a_label_that_another_id_begins_with_lists_both(
    label: str, services: Services, place: Place, two: None
) -> None:
    called = place(succeeded=1, id="msgbatch_02Other", age=600.0)
    await call(called, label, services)

    with pytest.raises(ReferenceAmbiguous) as caught:
        await find(label, services)

    assert {batch.id for batch in caught.value.candidates} >= {called, OTHER}
    assert caught.value.candidates[0].id == called
    assert caught.value.names[called].label == label


@pytest.mark.parametrize("label", ["01HkcTjaV", "nightly"])
async def test_a_batch_that_begins_as_it_is_called_is_meant_once(label: str, services: Services, two: None) -> None:
    await call(ID, label, services)

    assert (await find(label, services)).batch.id == ID


@pytest.mark.parametrize("id", [ID, "msgbatch_short", "new-form"])
async def test_a_full_id_means_itself_whatever_another_batch_is_called(
    id: str, services: Services, place: Place
) -> None:
    place(succeeded=1, id=id)
    called = place(succeeded=1, id="msgbatch_02Other")
    await call(called, id, services)

    found = await find(id, services)

    assert (found.batch.id, found.exact) == (id, True)


async def test_a_long_label_is_not_asked_for_as_an_id(api: ApiSimulator, services: Services, two: None) -> None:
    label = "nightly-eval-of-the-largest-model-there-is"
    await call(ID, label, services)

    found = await find(label, services)

    assert (found.batch.id, found.exact) == (ID, False)
    assert not any(label in request.path for request in api.requests)


async def test_a_label_that_many_have_is_looked_up_in_one_call(
    api: ApiSimulator, services: Services, place: Place
) -> None:
    for number in range(30):
        await call(place(succeeded=1, age=3_600.0 + number), "nightly", services)

    with pytest.raises(ReferenceAmbiguous) as caught:
        await find("nightly", services)

    assert caught.value.total == 30
    assert len(api.requests) == 1
