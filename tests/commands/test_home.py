"""The board of the Home tab: what waits for a person, what runs, ended and expires."""

from datetime import timedelta

from msgspec.structs import replace

from bot.commands.home import HomeBoard, HomeShown
from bot.operations.services import Services
from bot.store.records import confirmations, drafts, labels
from bot.store.records.confirmations import StoredConfirmation
from tests.commands.carrying_out import carry_out, reads_as
from tests.commands.conftest import Place
from tests.desk import ADA, BEN
from tests.ui.draft_samples import DRAFT

DAY = 24 * 3600.0


async def show(services: Services) -> HomeShown:
    assert reads_as("home", HomeBoard())
    outcome = await carry_out(services, "home")
    assert isinstance(outcome, HomeShown)
    return outcome


async def test_the_callers_batches_run_first_and_what_ended_is_in_the_order_of_its_end(
    services: Services, place: Place
) -> None:
    mine, *others = [place(processing_status="in_progress", processing=5) for _ in range(12)]
    early = place(succeeded=1, age=DAY, took=60.0)
    late = place(succeeded=1, age=1.5 * DAY, took=0.9 * DAY)
    await services.database.run(lambda connection: labels.set_owner_if_none(connection, mine, ADA, at=services.now()))

    shown = await show(services)

    assert shown.running[0].id == mine
    assert [batch.id for batch in shown.running[1:]] == others[::-1][:9]
    assert (shown.running_count, len(shown.running)) == (12, 10)
    assert [batch.id for batch in shown.ended] == [late, early]


async def test_results_that_nobody_downloaded_expire_soon(services: Services, place: Place) -> None:
    place(succeeded=1, age=2 * DAY)
    soon = place(succeeded=1, age=27 * DAY)
    sooner = place(succeeded=1, age=28 * DAY)
    place(succeeded=1, age=30 * DAY)

    shown = await show(services)

    assert [batch.id for batch in shown.expiring] == [sooner, soon]


async def test_what_waits_is_a_persons_own_but_approvals_which_are_everyones(services: Services) -> None:
    now = services.now()
    later = now + timedelta(minutes=5)
    own, asked = (replace(DRAFT, id=id * 24, user_id=ADA, created_at=now, changed_at=now) for id in "ab")
    rows = [
        own,
        replace(own, id="c" * 24, user_id=BEN),
        replace(asked, state="waiting"),
        replace(own, id="d" * 24, state="sent"),
    ]
    question = StoredConfirmation("q1", ADA, "T", "delete msgbatch_1", "msgbatch_1", "ended", now, later)
    questions = [
        question,
        replace(question, id="q2"),
        replace(question, id="q3", user_id=BEN),
        replace(question, id="q4", used_at=now, command="cancel msgbatch_2"),
        replace(question, id="q5", expires_at=now, command="cancel msgbatch_3"),
        replace(question, id="q6", command="send x", subject="x"),
    ]
    for draft in rows:
        await services.database.run(lambda connection, draft=draft: drafts.add(connection, draft))  # type: ignore[misc] # a default binds the loop's value
    for each in questions:
        await services.database.run(lambda connection, each=each: confirmations.add(connection, each))  # type: ignore[misc] # likewise

    shown = await show(services)

    assert shown.waiting is not None
    assert [draft.id[0] for draft in shown.waiting.drafts] == ["a"]
    assert [draft.id[0] for draft in shown.waiting.approvals] == ["b"]
    assert [each.command for each in shown.waiting.questions] == ["delete msgbatch_1"]
    assert shown.month is not None
