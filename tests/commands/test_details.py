"""Details: everything that is known about one batch."""

from bot.api.ids import BatchId
from bot.commands.base import Permission
from bot.commands.details import Details, DetailsShown
from bot.commands.language.errors import MissingReference
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from tests.builders import ADA, ID
from tests.commands.carrying_out import carry_out, reads_as, usage_error
from tests.commands.conftest import Place


def test_it_takes_a_batch() -> None:
    assert reads_as(f"details {ID}", Details(Reference(ID)))
    assert reads_as("details last --public", Details(Reference("last"), public=True))
    assert usage_error("details") == (MissingReference, "details")


def test_everyone_may_read_it() -> None:
    assert Details.permission is Permission.READ


async def test_it_names_who_canceled_and_who_watches(services: Services, place: Place) -> None:
    batch: BatchId = place(processing_status="in_progress", processing=5, id=ID)
    await carry_out(services, f"watch {batch}")

    outcome = await carry_out(services, f"details {batch}")

    assert isinstance(outcome, DetailsShown)
    assert (outcome.batch.id, outcome.canceled_by, outcome.watchers) == (batch, None, (ADA.user,))
    assert outcome.read is None
