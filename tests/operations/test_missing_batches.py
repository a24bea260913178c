"""What people learn about a batch that is gone."""

import pytest

from bot.api.errors import BatchNotFound
from bot.api.ids import BatchId
from bot.errors import ExpectedError
from bot.operations.find_batch import NoBatches, ReferenceNotFound
from bot.operations.missing_batches import BatchDeletedHere, MissingBatches
from bot.operations.services import Services
from tests.builders import ADA, BEN, ID
from tests.commands.carrying_out import carry_out
from tests.commands.conftest import Place

OTHER = "msgbatch_01HkcTjaXXXXXXXXXXXXXXXXX"
UNKNOWN = BatchNotFound("not_found_error", "No such batch", 404, batch_id=BatchId(ID))


@pytest.mark.parametrize("error", [UNKNOWN, ReferenceNotFound("01HkcTjaV", 0, True), ReferenceNotFound(ID, 0, True)])
async def test_a_batch_that_was_deleted_here_is_answered_with_who_deleted_it_and_when(
    error: ExpectedError, services: Services, place: Place
) -> None:
    place(succeeded=1, id=ID)
    await carry_out(services, f"delete {ID}", BEN)

    explained = await MissingBatches(services).explain(error)

    assert isinstance(explained, BatchDeletedHere)
    assert (explained.batch_id, explained.user_id, explained.at) == (ID, BEN.user, services.now())


async def test_a_beginning_that_fits_two_deleted_batches_names_neither(services: Services, place: Place) -> None:
    place(succeeded=1, id=ID)
    place(succeeded=1, id=OTHER)
    await carry_out(services, f"delete {ID}", ADA)
    await carry_out(services, f"delete {OTHER}", BEN)
    error = ReferenceNotFound("01HkcTja", 0, True)

    assert await MissingBatches(services).explain(error) is error


@pytest.mark.parametrize("error", [UNKNOWN, NoBatches()])
async def test_any_other_error_stays_as_it_is(error: ExpectedError, services: Services) -> None:
    assert await MissingBatches(services).explain(error) is error
