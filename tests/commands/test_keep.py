"""Keep: a question is declined, and nothing is changed."""

import pytest

from bot.commands.base import Origin, Permission
from bot.commands.delete import Delete, DeleteChange
from bot.commands.keep import Keep, Kept
from bot.commands.language.errors import MissingReference, UnexpectedWord
from bot.confirmations import ConfirmationRefused, RefusalReason
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.store.records import audit
from tests.builders import ADA, BEN, ID
from tests.commands.carrying_out import carry_out, reads_as, usage_error
from tests.commands.conftest import Place
from tests.services import build_confirmations

DELETE = Delete(Reference(ID))


@pytest.fixture
async def asked(services: Services, place: Place) -> str:
    """Ask Ada whether to delete a batch; return the confirmation's id."""
    place(succeeded=3, id=ID)
    change = await DELETE.propose(services, Origin.TYPED, ADA)
    assert isinstance(change, DeleteChange)
    return (await build_confirmations(services.database, services.now).ask(change, ADA)).confirmation_id


def test_it_takes_the_id_of_one_question() -> None:
    assert reads_as("keep abc_-DEF", Keep("abc_-DEF"))
    assert usage_error("keep") == (MissingReference, "keep")
    assert usage_error("keep a b") == (UnexpectedWord, "keep")


def test_everyone_may_take_back_their_own_question() -> None:
    assert Keep.permission is Permission.READ


async def test_a_withdrawn_question_cannot_be_confirmed(services: Services, asked: str) -> None:
    outcome = await carry_out(services, Keep(asked))

    assert outcome == Kept(ID)
    with pytest.raises(ConfirmationRefused) as caught:
        await build_confirmations(services.database, services.now).check(asked, DELETE, ADA)
    assert caught.value.why is RefusalReason.KEPT


async def test_it_is_recorded(services: Services, asked: str) -> None:
    await carry_out(services, Keep(asked))

    [entry, *_] = await services.database.run(audit.list_entries)
    assert (entry.outcome, entry.subject, entry.user_id) == ("kept", ID, ADA.user)


async def test_another_persons_question_stays_open(services: Services, asked: str) -> None:
    assert await carry_out(services, Keep(asked), BEN) == Kept(None)

    await build_confirmations(services.database, services.now).check(asked, DELETE, ADA)


async def test_a_question_is_withdrawn_once(services: Services, asked: str) -> None:
    await carry_out(services, Keep(asked))

    assert await carry_out(services, Keep(asked)) == Kept(None)
