"""The digest: at its local hour, once a day, and only if it contains something."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from bot.operations.workspace import Workspace
from bot.playground.api_simulator.batch import Batch
from bot.playground.api_simulator.faults import ApiFault
from bot.store.db.database import Database
from bot.store.db.task_queue import Enqueue
from bot.store.records import notices, summaries, watches
from bot.store.records.notices import Notice
from bot.store.records.summaries import StoredSummary
from bot.ui.reply import Message
from bot.worker.digest import MOST_BATCHES, Coverage, DigestPlan, DigestSender, find_due_day, make_digest, read_coverage
from bot.worker.lifecycle import Worker
from tests.builders import CREATED, NOW, batch_id, canceling, counts, ended, running
from tests.desk import ADA, BATCHES, BEN, Desk
from tests.journeys.creating import make_jsonl, make_request
from tests.journeys.watching import public_messages
from tests.worker.scene import Scene

pytestmark = pytest.mark.worker

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "is_due"),
    [
        (datetime(2026, 11, 21, 7, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 21, 8, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 21, 10, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 21, 11, 0, tzinfo=UTC), False),
        (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), True),  # summer time
    ],
)
def test_it_is_due_at_the_local_hour_and_shortly_after(now: datetime, is_due: bool) -> None:
    assert (find_due_day(DigestPlan(BATCHES, 9, BERLIN), now) is not None) == is_due


def test_an_hour_that_summer_time_skips_is_not_lost() -> None:
    plan, gap = DigestPlan(BATCHES, 2, BERLIN), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)

    assert find_due_day(plan, gap - timedelta(minutes=1)) is None
    assert find_due_day(plan, gap) == gap.date()


def test_an_hour_that_comes_twice_has_one_digest() -> None:
    plan, first = DigestPlan(BATCHES, 2, BERLIN), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    assert find_due_day(plan, first) == find_due_day(plan, first + timedelta(hours=1))


def test_a_digest_of_a_late_hour_is_still_sent_after_midnight_for_that_evening() -> None:
    plan, evening = DigestPlan(BATCHES, 23, BERLIN), datetime(2026, 11, 21, 22, 30, tzinfo=UTC)

    days = [find_due_day(plan, evening + timedelta(hours=hours)) for hours in (-1, 0, 1, 2, 3)]

    assert days == [None, *[evening.date()] * 3, None]


TODAY = Coverage(NOW - timedelta(days=1))


def test_it_counts_batches_that_ended_since_the_last_one_and_all_that_run() -> None:
    long_ago = ended(counts(errored=5)).model_copy(update={"ended_at": NOW - timedelta(hours=25)})
    batches = [running(), canceling(), ended(counts(succeeded=5)), ended(counts(succeeded=4, errored=1)), long_ago]

    digest = make_digest(batches, (), NOW, TODAY)

    assert (digest.running.total, digest.ended.total, digest.failed.total) == (2, 1, 1)


def test_failures_come_in_order_of_how_many_requests_failed() -> None:
    failed = [ended(counts(succeeded=50, errored=n, expired=1), id=batch_id(n)) for n in (3, 40, 1, 7, 20, 5)]

    digest = make_digest(failed, (), NOW, TODAY)

    assert digest.failed.total == 6
    assert [batch.request_counts.errored for batch in digest.failed.shown] == [40, 20, 7, 5, 3]


def test_batches_canceled_on_purpose_are_no_failures() -> None:
    canceled = ended(counts(succeeded=10, canceled=990), id=batch_id(1))
    both = ended(counts(succeeded=10, canceled=989, errored=1), id=batch_id(2))

    digest = make_digest([canceled, both], (), NOW, TODAY)

    assert (digest.failed.shown, digest.ended.shown, digest.canceled) == ((both,), (canceled,), 1)


def test_results_that_no_one_downloaded_and_that_expire_within_a_week_are_listed() -> None:
    fetched, waiting = (ended(counts(succeeded=5), id=batch_id(number)) for number in (1, 2))
    now = CREATED + timedelta(days=23)

    digest = make_digest([fetched, waiting], {fetched.id}, now, Coverage(now - timedelta(days=1)))

    assert digest.expiring.shown == (waiting,)


def stored_digest(**payload: object) -> Notice:
    return Notice("digest:x", None, "digest", BATCHES, (), NOW, {"text": "", "blocks": [], **payload})


def test_a_batch_whose_end_the_last_digest_could_not_see_yet_is_reported_and_no_other_twice() -> None:
    reported, unseen = (
        ended(counts(succeeded=5), id=batch_id(n)).model_copy(update={"ended_at": NOW - timedelta(minutes=1)})
        for n in (1, 2)
    )

    covers = read_coverage(stored_digest(reported=[reported.id]), NOW + timedelta(days=1))

    assert [covers.includes(each.id, each.ended_at) for each in (reported, unseen)] == [False, True]


def test_after_a_digest_of_0_1_0_nothing_is_repeated() -> None:
    before, after = (
        ended(counts(succeeded=5), id=batch_id(n)).model_copy(update={"ended_at": NOW + timedelta(minutes=n)})
        for n in (-1, 1)
    )

    covers = read_coverage(stored_digest(), NOW + timedelta(days=1))

    assert [covers.includes(each.id, each.ended_at) for each in (before, after)] == [False, True]


def test_an_empty_day_has_no_digest() -> None:
    assert make_digest([], (), NOW, TODAY).is_empty


def digesting(desk: Desk) -> DigestSender:
    return make_sender(desk.bot.worker, desk.time)


def make_sender(worker: Worker, now: Callable[[], datetime], most: int = MOST_BATCHES) -> DigestSender:
    services = worker.services
    plan = DigestPlan(BATCHES, 9, UTC)
    return DigestSender(
        services.database,
        services.workspace,
        services.enqueue,
        now,
        plan,
        worker.mentions.replace_mentions,
        most,
    )


def digest_parts(worker: Worker) -> tuple[Database, Workspace, Enqueue]:
    services = worker.services
    return services.database, services.workspace, services.enqueue


async def as_it_is(message: Message) -> Message:
    return message


def set_hour(desk: Desk, hour: int, days: int = 0) -> None:
    now = desk.time()
    desk.time.later += now.replace(hour=hour, minute=5) + timedelta(days=days) - now


async def test_it_is_sent_once_a_day_by_any_process(desk: Desk) -> None:
    batch = desk.api.workspace.add(processing_status="in_progress", processing=5)
    await desk.type(f"/batch label {batch.id} Nightly eval")
    set_hour(desk, 9)

    first = [await digesting(desk).send_due(), await digesting(desk).send_due()]
    set_hour(desk, 9, days=1)
    second = await digesting(desk).send_due()
    posted = await desk.slack.wait_for(lambda: public_messages(desk), timeout=15)

    assert (first, second) == ([True, False], True)
    assert "Digest · 1 batch in progress" in posted[0].visible_text
    assert "Nightly eval" in posted[0].visible_text
    assert "Nightly eval" in posted[0].visible_text


async def test_after_a_missed_hour_the_next_digest_covers_the_time_since_the_last_one(scene: Scene) -> None:
    sender = make_sender(scene.worker, scene.now)
    scene.advance((scene.now().replace(hour=8, minute=5) + timedelta(days=1) - scene.now()).total_seconds())
    first = scene.api.workspace.add(succeeded=3, errored=1, age=60.0)
    scene.advance(3_600)
    scene.api.workspace.add(succeeded=3, errored=2, age=60.0)
    before = await sender.send_due()
    scene.advance(3_600)
    third = scene.api.workspace.add(succeeded=3, errored=3, age=60.0)
    scene.advance((scene.now().replace(hour=9, minute=5) + timedelta(days=2) - scene.now()).total_seconds())

    after = await sender.send_due()
    await scene.deliver_all()

    digests = scene.slack.messages(BATCHES)
    assert (before, after, len(digests)) == (True, True, 2)
    assert short(first) in digests[0].visible_text
    assert "3 errored" in digests[1].visible_text
    assert short(third) in digests[1].visible_text
    assert short(first) not in digests[1].visible_text
    assert "*With failures* · 1" in digests[1].visible_text


def short(batch: Batch) -> str:
    return batch.id.removeprefix("msgbatch_")[:10]


async def test_nothing_is_sent_at_other_hours_of_an_empty_day_or_to_a_muted_channel(desk: Desk) -> None:
    set_hour(desk, 9)
    empty = await digesting(desk).send_due()
    desk.api.workspace.add(processing_status="in_progress", processing=5)
    set_hour(desk, 15)
    late = await digesting(desk).send_due()
    set_hour(desk, 9, days=1)
    await desk.bot.worker.services.database.run(lambda c: watches.mute(c, BATCHES, None))
    muted = await digesting(desk).send_due()

    assert (empty, late, muted) == (False, False, False)
    assert await desk.bot.worker.services.database.run(notices.OUTBOX.count_open) == 0


async def test_downloaded_results_of_an_unwatched_batch_are_not_called_unfetched(scene: Scene) -> None:
    taken, left = (scene.api.workspace.add(succeeded=5, age=60.0) for _ in range(2))
    now = scene.now()
    for batch in (taken, left):
        read = StoredSummary(batch.id, "{}", None, ADA, now)
        scene.database.transact(partial(summaries.store_summary, read=read, delete_before=now - timedelta(days=29)))
    scene.database.transact(partial(summaries.record_download, batch_id=taken.id, taken="jsonl", by=ADA, at=now))
    scene.advance((now.replace(hour=9, minute=5) + timedelta(days=24) - now).total_seconds())

    await make_sender(scene.worker, scene.now).send_due()
    await scene.deliver_all()

    [digest] = scene.slack.messages(BATCHES)
    assert "*Expiring* · 1 · results not downloaded" in digest.visible_text
    assert left.id[9:19] in digest.visible_text


async def test_thousands_of_batches_fit_in_one_message_that_says_what_it_omits(scene: Scene) -> None:
    for number in range(1_200):
        scene.api.workspace.add(succeeded=1, age=60.0 + number)
    set_to = scene.now().replace(hour=9, minute=5) + timedelta(days=1) - scene.now()
    scene.advance(set_to.total_seconds())
    before = len(scene.api.requests)
    scene.api.workspace.add(succeeded=1, age=60.0)

    await make_sender(scene.worker, scene.now, most=1_100).send_due()
    await scene.deliver_all()

    [digest] = scene.slack.messages(BATCHES)
    assert len(scene.api.requests) - before == 2
    assert len(digest.blocks) <= 50
    assert "only the newest 1,100 batches checked" in digest.visible_text


async def test_an_odd_batch_leaves_out_itself_and_is_not_passed_over_in_silence(scene: Scene) -> None:
    odd = scene.api.workspace.add(errored=2, age=60.0)
    scene.advance((scene.now().replace(hour=9, minute=5) + timedelta(days=1) - scene.now()).total_seconds())
    batch = scene.api.workspace.add(errored=2, age=60.0)
    listed = await scene.worker.services.workspace.batches.list(limit=100)
    page = json.loads(listed.model_dump_json(exclude={"unreadable", "is_cut"}))
    for each in page["data"]:
        if each["id"] == odd.id:
            each["request_counts"] = None
    scene.api.add_fault(ApiFault(method="GET", path="/v1/messages/batches", body=json.dumps(page)))

    await make_sender(scene.worker, scene.now).send_due()
    await scene.deliver_all()

    [digest] = scene.slack.messages(BATCHES)
    assert batch.id[9:19] in digest.visible_text
    assert "only the newest 1 batch checked" in digest.visible_text


async def test_what_was_spent_agrees_with_the_cost_also_when_batches_were_deleted(desk: Desk) -> None:
    add = desk.api.workspace.add
    kept, here, elsewhere = (add(succeeded=number, age=3_600.0).id for number in (2_000, 3_000, 4_000))
    add(errored=5, age=3_600.0)
    for batch in (kept, here, elsewhere):
        await desk.type(f"/batch results {batch}")
    [question] = await desk.type(f"/batch delete {here}")
    await desk.press(question, "Delete for good")
    desk.api.workspace.delete(elsewhere)
    hour = desk.time().hour
    sender = DigestSender(*digest_parts(desk.bot.worker), desk.time, DigestPlan(BATCHES, hour, UTC), as_it_is)

    await sender.send_due()
    [digest] = await desk.slack.wait_for(
        lambda: [each for each in public_messages(desk) if "Digest" in each.visible_text], timeout=15
    )
    [cost] = await desk.type("/batch cost")

    total = re.search(r"Cost of the last 7 days: (\$[\d.]+)", cost.visible_text)
    deleted = re.search(r"The total includes (\$[\d.]+) in 2 deleted batches", cost.visible_text)
    assert total is not None
    assert deleted is not None
    assert f"Spent: {total.group(1)} · {deleted.group(1)} of it in 2 deleted batches" in digest.visible_text
    assert "not read yet" not in digest.visible_text


async def test_a_batch_that_was_deleted_unread_makes_what_was_spent_at_least_and_is_reported_once(scene: Scene) -> None:
    kept = scene.api.workspace.add(succeeded=5, age=600.0)
    lost = scene.batch(ends_in=60.0, succeeded=7, processing=0)
    await scene.watch(lost)
    scene.api.add_fault(ApiFault(path="*/results", status=500, times=99))
    scene.advance(120.0)
    await scene.sweep()
    scene.api.workspace.delete(lost.id)
    sender = DigestSender(*digest_parts(scene.worker), scene.now, DigestPlan(BATCHES, scene.now().hour, UTC), as_it_is)

    await sender.send_due()
    await scene.deliver_all()
    scene.advance(86_400.0)
    scene.api.workspace.add(succeeded=0, errored=1, age=600.0)
    await sender.send_due()
    await scene.deliver_all()

    first, second = (each.visible_text for each in scene.slack.messages(BATCHES) if "Digest" in each.visible_text)
    assert kept.id[9:19] in first
    assert (
        "Spent: not known yet · 1 deleted batch was never read · some results not read yet: `/batch cost` reads them"
        in first
    )
    assert "Spent: $0.00" in second
    assert "deleted" not in second


HAIKU = "claude-haiku-4-5-20251001"


async def send_digest(desk: Desk, days: int = 0) -> str:
    """Send the digest of a day so many days from now; return its text, or nothing if there is none."""
    desk.time.later += timedelta(days=days)
    desk.api.advance(days * 86_400.0)
    before = len(public_messages(desk))
    plan = DigestPlan(BATCHES, desk.time().hour, UTC)
    if not await DigestSender(*digest_parts(desk.bot.worker), desk.time, plan, as_it_is).send_due():
        return ""
    seen = await desk.slack.wait_for(
        lambda: [each for each in public_messages(desk)[before:] if "Digest" in each.visible_text], timeout=15
    )
    return seen[0].visible_text


async def send_labeled(desk: Desk, label: str, **params: object) -> None:
    """Send a batch of two requests with a label."""
    file = make_jsonl(make_request(f"r-{number}", **params) for number in range(2))
    shared = desk.slack.share_file(ADA, BATCHES, f"{label}.jsonl", file)
    [question] = await desk.type(f"/batch create {shared.files[0]['id']} --label {label} --watch none")
    await desk.press(question, question.buttons[0])


async def test_once_a_week_it_names_who_used_a_model_that_retires_and_when_it_ends(desk: Desk) -> None:
    add = desk.api.workspace.add
    await send_labeled(desk, "nightly")
    await send_labeled(desk, "nightly")
    await send_labeled(desk, "other", model="claude-sonnet-5")
    read, gone = (add(succeeded=3, age=86_400.0).id for _ in range(2))
    for batch, label in ((read, "weekly"), (gone, "deleted")):
        await desk.type(f"/batch label {batch} {label}")
        await desk.type(f"/batch own {batch} <@{BEN}>")
        await desk.type(f"/batch results {batch}")
    [question] = await desk.type(f"/batch delete {gone}")
    await desk.press(question, "Delete for good")
    add(succeeded=3, age=600.0)  # made elsewhere, and read by no one
    retires_at = desk.time() + timedelta(days=20)
    desk.api.workspace.models.retire(HAIKU, retires_at)
    await desk.restart()

    digests = [await send_digest(desk, days) for days in (0, 1, 5, 1)]

    [line] = [each for each in digests[0].split("\n") if HAIKU in each and "retires" in each]
    assert f"`{HAIKU}` retires <!date^{int(retires_at.timestamp())}^" in line
    assert f"*nightly* (<@{ADA}>, 2 batches)" in line
    assert f"*weekly* (<@{BEN}>, 1 batch)" in line
    assert f"*deleted* (<@{BEN}>, 1 batch)" in line
    assert "no label" not in line
    assert "other" not in line
    assert "1 retiring model in use" in digests[0]
    assert ["retiring model" in each for each in digests] == [True, False, False, True]


async def test_a_model_that_is_out_of_use_for_four_weeks_is_not_named(desk: Desk) -> None:
    await send_labeled(desk, "nightly")
    desk.api.workspace.models.retire(HAIKU, desk.time() + timedelta(days=60))
    desk.time.later += timedelta(days=29)
    desk.api.advance(29 * 86_400.0)
    desk.api.workspace.add(processing_status="in_progress", processing=5)

    shown = await send_digest(desk)

    assert shown
    assert "retiring model" not in shown


async def test_without_the_list_of_models_the_next_digest_has_the_weekly_part(desk: Desk) -> None:
    desk.api.workspace.models.retire(HAIKU, desk.time() + timedelta(days=60))
    await send_labeled(desk, "nightly")
    await desk.restart()
    desk.api.add_fault(ApiFault(method="GET", path="/v1/models", status=404, times=99))

    first = await send_digest(desk)
    desk.api.clear_faults()
    second = await send_digest(desk, 1)

    assert first
    assert "retiring model" not in first
    assert "*nightly*" in second


async def test_a_day_with_nothing_but_a_retiring_model_has_a_digest(desk: Desk) -> None:
    desk.api.workspace.models.retire(HAIKU, desk.time() + timedelta(days=60))
    await send_labeled(desk, "nightly")
    desk.time.later += timedelta(days=3)
    desk.api.advance(3 * 86_400.0)
    desk.api.workspace.delete(desk.api.workspace.batches[0].id)

    assert "Digest · 1 retiring model in use" in await send_digest(desk)
