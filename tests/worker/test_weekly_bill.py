"""The digest compares each week with Anthropic's bill once, and no failure of that comparison delays it."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.playground.api_simulator.faults import ApiFault
from bot.ui.reply import Message
from bot.worker.digest import DigestPlan, DigestSender
from bot.worker.weekly_bill import WeeklyBill, find_last_week
from tests.conftest import OpenDesk
from tests.desk import BATCHES, Desk
from tests.journeys.watching import public_messages

pytestmark = pytest.mark.worker

REPORT = "/v1/organizations/*"
TITLE = "*Anthropic's bill* · "


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        (datetime(2026, 11, 30, 0, 0, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)),
        (datetime(2026, 12, 6, 23, 59, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)),
        (datetime(2026, 12, 7, 0, 0, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)),
    ],
)
def test_a_week_is_monday_to_sunday(now: datetime, monday: datetime) -> None:
    assert find_last_week(now) == (monday, monday + timedelta(weeks=1))


@pytest.fixture
async def desk(open_desk: OpenDesk) -> Desk:
    """Provide a desk with a key for the bill, a batch of last week that was read, and one that runs for days."""
    desk = await open_desk(analytics_key=SecretStr("sk-ant-admin01-for-the-bill"))
    monday, _ = find_last_week(desk.time())
    age = (desk.time() - monday).total_seconds()
    desk.api.workspace.add(succeeded=2_000, age=age - 10 * 3_600, took=600)
    await desk.type("/batch cost --since 4w")
    return desk


async def as_it_is(message: Message) -> Message:
    return message


async def send_digest(desk: Desk, days: int = 0) -> str:
    """Send the digest of a day so many days later, which has a batch that runs; return its text."""
    desk.time.later += timedelta(days=days)
    desk.api.advance(days * 86_400.0)
    desk.api.workspace.add(processing_status="in_progress", processing=1, age=60)
    services = desk.bot.worker.services
    before = len(public_messages(desk))
    sender = DigestSender(
        services.database,
        services.workspace,
        services.enqueue,
        desk.time,
        DigestPlan(BATCHES, desk.time().hour, UTC),
        as_it_is,
        check_week=WeeklyBill(services).check,
    )
    assert await sender.send_due()
    [text] = await desk.slack.wait_for(
        lambda: [each.visible_text for each in public_messages(desk)[before:] if "Digest" in each.visible_text],
        timeout=15,
    )
    return text


async def test_each_week_is_compared_once(desk: Desk) -> None:
    desk.api.bill.change(discount=20)
    first = await send_digest(desk)
    rest = [await send_digest(desk, days=1) for _ in range(7)]

    monday, end = find_last_week(desk.time() - timedelta(days=7))
    week = f"{monday:%b} {monday.day} – {end - timedelta(days=1):%b} {(end - timedelta(days=1)).day} (UTC)"
    assert f"{TITLE}{week} · Batchdesk and Anthropic agree: $" in first
    assert "(20% off)" in first
    assert "Compare with the bill" not in first
    assert sum(TITLE in text for text in rest) == 1


async def test_a_difference_has_a_button_that_explains_it(desk: Desk) -> None:
    monday, _ = find_last_week(desk.time())
    age = (desk.time() - monday).total_seconds()
    desk.api.workspace.add(succeeded=2_000, age=age - 30 * 3_600, took=600)

    text = await send_digest(desk)

    assert "Anthropic counts $" in text
    assert "more than Batchdesk (" in text
    assert "Compare with the bill" in text


@pytest.mark.parametrize("kind", ["late", "500", "403", "html"])
async def test_figures_that_are_late_or_fail_are_left_to_the_next_digest(desk: Desk, kind: str) -> None:
    match kind:
        case "late":
            desk.api.bill.change(behind=9 * 86_400)
        case "html":
            desk.api.add_fault(ApiFault(path=REPORT, times=9, body="<html>"))
        case status:
            desk.api.add_fault(ApiFault(path=REPORT, times=9, status=int(status)))

    without = await send_digest(desk)
    desk.api.clear_faults()
    desk.api.bill.change(behind=60)
    later = await send_digest(desk, days=1)

    assert TITLE not in without
    assert "1 batch in progress" in without
    assert TITLE in later


async def test_without_a_key_the_digest_asks_for_no_bill(open_desk: OpenDesk) -> None:
    desk = await open_desk()

    text = await send_digest(desk)

    assert TITLE not in text
    assert not any(request.path.startswith("/v1/organizations/") for request in desk.api.requests)
