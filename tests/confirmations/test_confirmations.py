"""Confirmations: stored before they are shown, valid once, for one person, command and state, for five minutes."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.api.models import MessageBatch
from bot.caller import Caller, TeamId
from bot.commands.base import Command
from bot.commands.cancel import Cancel, CancelChange
from bot.commands.delete import Delete, DeleteChange
from bot.commands.keep import Keep
from bot.commands.registry import AnyChange, parse
from bot.confirmations import ConfirmationRefused, Confirmations, RefusalReason
from bot.operations.find_batch import Reference
from bot.store.db.database import Database
from bot.store.records import audit, confirmations
from tests.builders import ADA, BEN, ID, NOW, counts, ended, running
from tests.confirmations.conftest import BATCH, CHANGE, DELETE, SettableClock, record, refusal, stored


async def test_a_question_is_stored_with_its_person_command_state_and_five_minutes(
    questions: Confirmations, database: Database
) -> None:
    shown = await questions.ask(CHANGE, ADA)

    question = await stored(database, shown.confirmation_id)
    assert (question.user_id, question.team_id, question.command) == (ADA.user, ADA.team, f"delete {ID}")
    assert (question.subject, question.state) == (ID, "ended 0/1161/39/0/0")
    assert (question.asked_at, question.expires_at, question.used_at) == (NOW, NOW + timedelta(minutes=5), None)
    assert shown.expires_at == question.expires_at


async def test_that_a_question_was_asked_is_on_record(asked: str, database: Database) -> None:
    (entry,) = await record(database)

    assert (entry.outcome, entry.verb, entry.subject, entry.confirmation_id) == ("asked", "delete", ID, asked)


async def test_the_id_cannot_be_guessed_and_is_one_word_of_a_command(questions: Confirmations) -> None:
    ids = [(await questions.ask(CHANGE, ADA)).confirmation_id for _ in range(20)]

    assert len(set(ids)) == 20
    assert all(len(each) >= 32 for each in ids)
    assert [parse(Keep(each).spell()) for each in ids] == [Keep(each) for each in ids]


async def test_a_confirmation_leaves_an_audit_entry_of_the_intent(
    asked: str, questions: Confirmations, database: Database
) -> None:
    number = await questions.begin(CHANGE, ADA, asked)

    newest = (await record(database))[0]
    assert (newest.id, newest.outcome, newest.command) == (number, None, f"delete {ID}")
    assert (await stored(database, asked)).used_at == NOW


async def test_the_outcome_is_recorded_afterwards(asked: str, questions: Confirmations, database: Database) -> None:
    number = await questions.begin(CHANGE, ADA, asked)

    await questions.finish(number, "done", "a detail")

    newest = (await record(database))[0]
    assert (newest.outcome, newest.detail, newest.finished_at) == ("done", "a detail", NOW)


async def test_a_change_that_needs_no_confirmation_is_recorded_too(
    questions: Confirmations, database: Database
) -> None:
    number = await questions.begin(CancelChange(Cancel(Reference(ID)), running(), asks=False), ADA, None)

    assert [(entry.id, entry.confirmation_id) for entry in await record(database)] == [(number, None)]


async def test_a_question_that_was_never_asked_is_unknown(questions: Confirmations) -> None:
    assert (await refusal(questions, "made-up")).why is RefusalReason.UNKNOWN


async def test_no_one_confirms_for_someone_else(asked: str, questions: Confirmations, database: Database) -> None:
    refused = await refusal(questions, asked, BEN)

    assert refused.why is RefusalReason.OTHER_PERSON
    assert (await stored(database, asked)).used_at is None


@pytest.mark.parametrize("caller", [replace(ADA, channel=None), replace(ADA, team=TeamId("T0OTHER"))])
async def test_the_same_person_may_answer_elsewhere(caller: Caller, asked: str, questions: Confirmations) -> None:
    assert await questions.begin(CHANGE, caller, asked)


@pytest.mark.parametrize(
    "change",
    [
        CancelChange(Cancel(Reference(ID)), BATCH, asks=True),
        DeleteChange(Delete(Reference("msgbatch_01Other")), BATCH),
        DeleteChange(Delete(Reference("last")), BATCH),
    ],
)
async def test_a_confirmation_is_valid_for_its_own_command_only(
    change: AnyChange, asked: str, questions: Confirmations, database: Database
) -> None:
    with pytest.raises(ConfirmationRefused) as caught:
        await questions.begin(change, ADA, asked)

    assert caught.value.why is RefusalReason.OTHER_COMMAND
    assert (await stored(database, asked)).used_at is None


@pytest.mark.parametrize(
    ("after", "good"),
    [
        (timedelta(0), True),
        (CHANGE.question_lifetime - timedelta(microseconds=1), True),
        (CHANGE.question_lifetime, False),
        (timedelta(days=30), False),
    ],
)
async def test_a_question_lapses_after_five_minutes(
    after: timedelta, good: bool, asked: str, questions: Confirmations, clock: SettableClock
) -> None:
    clock.time += after

    if good:
        assert await questions.begin(CHANGE, ADA, asked)
    else:
        assert (await refusal(questions, asked)).why is RefusalReason.LAPSED


async def test_a_confirmation_works_once_and_a_second_press_learns_the_outcome_of_the_first(
    asked: str, questions: Confirmations
) -> None:
    number = await questions.begin(CHANGE, ADA, asked)
    while_under_way = await refusal(questions, asked)
    await questions.finish(number, "done", None)

    afterwards = await refusal(questions, asked)

    assert (while_under_way.why, afterwards.why) == (RefusalReason.USED, RefusalReason.USED)
    assert while_under_way.entry is not None
    assert while_under_way.entry.outcome is None
    assert afterwards.entry is not None
    assert (afterwards.entry.id, afterwards.entry.outcome) == (number, "done")


async def test_a_person_who_declined_cannot_confirm_afterwards(
    asked: str, questions: Confirmations, database: Database
) -> None:
    question = await stored(database, asked)
    await database.run(lambda connection: confirmations.withdraw(connection, asked, NOW))
    await database.run(
        lambda connection: audit.record_question(connection, question, outcome="kept", channel_id=None, at=NOW)
    )

    refused = await refusal(questions, asked)

    assert refused.why is RefusalReason.KEPT


CHANGED = [
    ended(counts(succeeded=1_160, errored=40)),
    BATCH.model_copy(update={"processing_status": "canceling"}),
    ended(counts(succeeded=1_161, errored=38, expired=1)),
]


@pytest.mark.parametrize("batch", CHANGED)
async def test_a_confirmation_of_another_state_of_the_batch_is_refused(
    batch: MessageBatch, asked: str, questions: Confirmations, database: Database
) -> None:
    changed = replace(CHANGE, batch=batch)

    with pytest.raises(ConfirmationRefused) as caught:
        await questions.begin(changed, ADA, asked)

    assert caught.value.why is RefusalReason.CHANGED
    assert [entry.outcome for entry in await record(database)] == ["asked"]


async def test_a_question_whose_batch_changed_stays_closed_when_it_changes_back(
    asked: str, questions: Confirmations, database: Database
) -> None:
    with pytest.raises(ConfirmationRefused):
        await questions.begin(replace(CHANGE, batch=CHANGED[0]), ADA, asked)

    again = await refusal(questions, asked)

    assert again.why is RefusalReason.CHANGED
    assert (await stored(database, asked)).used_at == NOW


@pytest.mark.parametrize(
    "why",
    [
        RefusalReason.UNKNOWN,
        RefusalReason.OTHER_PERSON,
        RefusalReason.OTHER_COMMAND,
        RefusalReason.LAPSED,
        RefusalReason.USED,
    ],
)
async def test_check_refuses_the_same(
    why: RefusalReason, asked: str, questions: Confirmations, clock: SettableClock
) -> None:
    command: Command = Cancel(Reference(ID)) if why is RefusalReason.OTHER_COMMAND else DELETE
    if why is RefusalReason.USED:
        await questions.begin(CHANGE, ADA, asked)
    if why is RefusalReason.LAPSED:
        clock.time += CHANGE.question_lifetime

    with pytest.raises(ConfirmationRefused) as caught:
        await questions.check(
            "made-up" if why is RefusalReason.UNKNOWN else asked,
            command,
            BEN if why is RefusalReason.OTHER_PERSON else ADA,
        )

    assert caught.value.why is why


async def test_check_uses_no_confirmation(asked: str, questions: Confirmations) -> None:
    for _ in range(3):
        await questions.check(asked, DELETE, ADA)

    assert await questions.begin(CHANGE, ADA, asked)
