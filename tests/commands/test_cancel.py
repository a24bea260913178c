"""Canceling: proposed in every state, and applied against every answer, also lost ones."""

import pytest

from bot.api.errors import ApiRejected, ApiUnavailable, BatchNotFound, KeyRefused
from bot.commands.base import Origin, Permission
from bot.commands.cancel import AlreadyCanceling, Cancel, CancelChange, CancelOutcome, CancelRequested, CancelTooLate
from bot.commands.change import Applied
from bot.commands.language.errors import MissingReference, UnknownOption
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from tests import builders
from tests.builders import ADA, ID, canceled
from tests.commands.carrying_out import reads_as, usage_error
from tests.commands.conftest import Place

CANCEL = Cancel(Reference(ID))


async def cancel(services: Services) -> Applied[CancelOutcome]:
    """Cancel the batch, which ran when that was proposed."""
    return await CancelChange(CANCEL, builders.running(), asks=False).apply(services, ADA)


def test_it_takes_a_batch() -> None:
    assert reads_as(f"Cancel “{ID}”", CANCEL)
    assert usage_error("cancel") == (MissingReference, "cancel")
    assert usage_error("cancel last --public") == (UnknownOption, "cancel")


def test_it_needs_an_operator() -> None:
    assert Cancel.permission is Permission.OPERATE


@pytest.fixture
def running(place: Place) -> None:
    place(processing_status="in_progress", processing=320, id=ID)


@pytest.fixture
def ended(place: Place) -> None:
    place(succeeded=3, id=ID)


@pytest.mark.parametrize(
    ("text", "origin", "asks"),
    [
        (ID, Origin.TYPED, False),
        (ID.upper().replace(ID[9:].upper(), ID[9:]), Origin.TYPED, False),
        (ID[:14], Origin.TYPED, True),
        ("last", Origin.TYPED, True),
        (ID, Origin.PRESSED, True),
        (ID, Origin.HOME, True),
    ],
)
async def test_only_a_full_id_that_was_typed_needs_no_confirmation(
    text: str, origin: Origin, asks: bool, services: Services, running: None
) -> None:
    typed = Cancel(Reference(text.replace("MSGBATCH", "msgbatch")))

    change = await typed.propose(services, origin, ADA)

    assert isinstance(change, CancelChange)
    assert (change.asks, change.command, change.batch.id) == (asks, CANCEL, ID)
    assert change.state == "in_progress 320/0/0/0/0"


async def test_an_ended_batch_is_not_proposed(services: Services, ended: None) -> None:
    assert isinstance(await CANCEL.propose(services, Origin.TYPED, ADA), CancelTooLate)


async def test_a_canceling_batch_is_not_proposed(services: Services, place: Place) -> None:
    place(processing_status="canceling", processing=5, id=ID)

    assert isinstance(await CANCEL.propose(services, Origin.TYPED, ADA), AlreadyCanceling)


async def test_proposing_changes_nothing(api: ApiSimulator, services: Services, running: None) -> None:
    await CANCEL.propose(services, Origin.TYPED, ADA)

    assert {request.method for request in api.requests} == {"GET"}


async def test_a_running_batch_becomes_canceling(api: ApiSimulator, services: Services, running: None) -> None:
    applied = await cancel(services)

    assert isinstance(applied.outcome, CancelRequested)
    assert applied.outcome.batch.processing_status == "canceling"
    assert applied.audit_outcome == "done"


async def test_a_batch_that_ended_meanwhile_is_too_late(services: Services, ended: None) -> None:
    applied = await cancel(services)

    assert isinstance(applied.outcome, CancelTooLate)
    assert applied.audit_outcome == "refused"


async def test_a_refusal_of_an_ended_batch_is_too_late_as_well(
    api: ApiSimulator, services: Services, ended: None
) -> None:
    api.add_fault(ApiFault(method="POST", status=400))

    assert isinstance((await cancel(services)).outcome, CancelTooLate)


async def test_a_refusal_of_a_running_batch_is_raised_unchanged(
    api: ApiSimulator, services: Services, running: None
) -> None:
    api.add_fault(ApiFault(method="POST", status=400))

    with pytest.raises(ApiRejected):
        await cancel(services)


async def test_a_refusal_after_which_the_batch_cannot_be_read_is_no_doubt(
    api: ApiSimulator, services: Services, running: None
) -> None:
    api.add_fault(ApiFault(method="POST", status=400))
    api.add_fault(ApiFault(method="GET", status=500, times=3))

    with pytest.raises(ApiRejected):
        await cancel(services)


async def test_a_batch_that_was_canceled_and_has_ended_at_once_is_not_too_late(
    api: ApiSimulator, services: Services, running: None
) -> None:
    api.add_fault(ApiFault(method="POST", body=canceled().model_dump_json()))

    applied = await cancel(services)

    assert isinstance(applied.outcome, CancelRequested)
    assert (applied.outcome.notified_in, applied.audit_outcome) == (None, "done")


async def test_a_refused_key_is_reported_as_such(api: ApiSimulator, services: Services, ended: None) -> None:
    api.add_fault(ApiFault(method="POST", status=401))

    with pytest.raises(KeyRefused):
        await cancel(services)


async def test_a_batch_that_is_gone_is_not_found(services: Services) -> None:
    with pytest.raises(BatchNotFound):
        await cancel(services)


@pytest.mark.parametrize("cut", ["before", "middle"])
async def test_a_lost_answer_is_asked_for_again(cut: str, api: ApiSimulator, services: Services, running: None) -> None:
    api.add_fault(ApiFault.model_validate({"method": "POST", "cut": cut}))

    applied = await cancel(services)

    assert isinstance(applied.outcome, CancelRequested)
    assert [request.method for request in api.requests] == ["POST", "POST"]


async def test_answers_that_stay_lost_are_reported_as_unknown(
    api: ApiSimulator, services: Services, running: None
) -> None:
    api.add_fault(ApiFault(method="POST", cut="before", times=3))

    with pytest.raises(ApiUnavailable) as caught:
        await cancel(services)

    assert caught.value.may_have_happened
