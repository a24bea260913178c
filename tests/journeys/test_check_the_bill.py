"""Someone compares what batches cost with Anthropic's bill, and learns what explains a difference."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from pydantic import SecretStr

from bot.playground.api_simulator.cost_report.bill import OtherUse
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.results import make_result_lines
from bot.playground.slack_simulator.records import SlackMessage
from tests.conftest import OpenDesk
from tests.desk import ADA, BEN, Desk

DAY = 86_400.0
KEY = SecretStr("sk-ant-admin01-for-the-bill")
REPORT = "/v1/organizations/*"


def list_calls(desk: Desk) -> list[str]:
    """Return the paths of the calls to the organization's reports."""
    return [request.path for request in desk.api.requests if request.path.startswith("/v1/organizations/")]


def find_age(days: int, seconds: float) -> float:
    """Return the age of what happened some seconds after a midnight (UTC), so many days before the last one."""
    now = datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return (now - midnight + timedelta(days=days, seconds=-seconds)).total_seconds()


def fields(message: SlackMessage) -> dict[str, str]:
    """Return the figures of a comparison by their labels."""
    texts = [field["text"] for block in message.blocks for field in block.get("fields", [])]
    return {label.strip("*"): words for label, _, words in (text.partition("\n") for text in texts)}


@pytest.fixture
async def desk(open_desk: OpenDesk) -> Desk:
    """Provide a desk with a key for the bill, in a clear-cut week: nothing runs across a midnight."""
    return await open_desk(analytics_key=KEY)


async def read_everything(desk: Desk) -> SlackMessage:
    """Read all costs, and return the comparison."""
    await desk.type("/batch cost --since 9d")
    [message] = await desk.type("/batch cost --check")
    return message


async def test_both_agree_to_the_cent_when_everything_was_read(desk: Desk) -> None:
    add = desk.api.workspace.add
    add(succeeded=2_000, errored=50, age=find_age(1, 7_200), took=600)
    add(
        succeeded=700,
        age=find_age(2, 7_200),
        took=600,
        model="claude-sonnet-5",
        answers={"blocks": 30, "compacted": 20, "advised": 20},
    )
    add(succeeded=300, canceled=40, age=find_age(6, 7_200), took=600, model="claude-opus-5")
    add(succeeded=500, age=0.2, took=0.1)  # of today
    add(succeeded=500, age=find_age(9, 7_200), took=600)

    message = await read_everything(desk)

    found = fields(message)
    assert "✅ Batchdesk and Anthropic agree: $" in message.visible_text
    assert found["Batchdesk"] == found["Anthropic"]
    assert found["Difference"] == "none"
    assert found["Billed"] == f"{found['Anthropic']} (no discount)"
    assert "What may explain it" not in message.visible_text
    for model in ("claude-haiku-4-5", "claude-sonnet-5", "claude-opus-5", "claude-opus-4-6"):
        assert f"`{model}`  Batchdesk $" in message.visible_text


MODELS = ("claude-haiku-4-5-20251001", "claude-sonnet-5", "claude-opus-5-5", "claude-haiku-5-5", "claude-sonnet-5-5")


def read_usd(text: str) -> Decimal:
    """Return the amount of a figure, 0 if it is under a cent."""
    return Decimal(text.partition("$")[2].split()[0].replace(",", "")) if text.startswith("$") else Decimal(0)


@pytest.mark.parametrize("seed", range(4))
async def test_a_random_history_differs_by_what_no_one_read_and_by_nothing_else(desk: Desk, seed: int) -> None:
    draw = Random(seed)

    def add_some(count: int) -> list[str]:
        return [
            desk.api.workspace.add(
                succeeded=draw.randint(20, 400),
                errored=draw.randint(0, 40),
                answers={kind: draw.randint(0, 4) for kind in ("blocks", "compacted", "advised", "refusal")},
                age=find_age(draw.randint(1, 7), draw.randint(0, 80_000)),
                took=600,
                model=draw.choice(MODELS),
            ).id
            for _ in range(count)
        ]

    async def bill() -> Decimal:
        cents = sum((item.cents for item in await desk.api.bill.list_items(desk.api.now)), Fraction(0))
        return Decimal(cents.numerator) / Decimal(cents.denominator) / 100

    read = add_some(8)
    await desk.type("/batch cost --since 9d")
    known = await bill()
    for batch_id in draw.sample(read, 3):
        desk.api.workspace.delete(batch_id)
    left = {batch.id for batch in desk.api.workspace.batches}
    [question] = await desk.type(f"/batch delete {next(each for each in read if each in left)}")
    await desk.press(question, "Delete for good")
    await desk.restart()
    unread = add_some(draw.choice([0, 4]))
    for batch_id in draw.sample(unread, len(unread) // 2):
        desk.api.workspace.delete(batch_id)
    desk.api.bill.change(discount=draw.randint(0, 30), booked_at=draw.choice(["creation", "end"]))

    [message] = await desk.type("/batch cost --check")

    found = fields(message)
    missing = await bill() - known
    assert ("✅ Batchdesk and Anthropic agree" in message.visible_text) == (not missing)
    assert abs(read_usd(found["Batchdesk"]) - known) <= Decimal("0.005")
    assert abs(read_usd(found["Anthropic"]) - known - missing) <= Decimal("0.005")
    assert ("No one has read the results of 2 batches." in message.visible_text) == bool(unread)


async def test_a_discount_is_shown_beside_the_list_price(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=4_000, age=find_age(2, 7_200), took=600)
    desk.api.bill.change(discount=12.5)

    message = await read_everything(desk)

    usages = [
        result["message"]["usage"]
        for line in make_result_lines(batch)
        if (result := json.loads(line)["result"])["type"] == "succeeded"
    ]
    nano = sum(
        500 * usage["input_tokens"]
        + 2_500 * usage["output_tokens"]
        + 625 * usage["cache_creation_input_tokens"]
        + 50 * usage["cache_read_input_tokens"]
        for usage in usages
    )
    listed = Decimal(nano) / 10**9
    assert fields(message) == {
        "Batchdesk": f"${listed:.2f}",
        "Anthropic": f"${listed:.2f}",
        "Difference": "none",
        "Billed": f"${listed * Decimal('0.875'):.2f} (12.5% off)",
    }


async def test_unread_batches_explain_a_difference_and_are_read_by_a_press(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=2_000, age=find_age(3, 7_200), took=600)
    await desk.type("/batch cost --since 9d")
    desk.api.workspace.add(succeeded=3_000, age=find_age(2, 7_200), took=600)
    desk.api.workspace.add(errored=3_000, age=find_age(2, 7_200), took=600)  # costs nothing

    [before] = await desk.type("/batch cost --check")
    [after] = await desk.press(before, "Read 1 batch")

    assert "⚠️ Anthropic counts $" in before.visible_text
    assert "more (" in fields(before)["Difference"]
    assert "No one has read the results of 1 batch. Only Anthropic's figures include them." in before.visible_text
    assert "✅ Batchdesk and Anthropic agree" in after.visible_text
    assert "No one has read" not in after.visible_text


async def test_expired_and_deleted_batches_that_no_one_read_explain_a_difference(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=2_000, age=find_age(32, 7_200), took=600)
    await desk.type("/batch watch " + desk.api.workspace.add(processing_status="in_progress", processing=5, age=60).id)
    deleted = desk.api.workspace.add(succeeded=2_000, age=find_age(2, 7_200), took=600).id
    [question] = await desk.type(f"/batch delete {deleted}")
    await desk.press(question, "Delete for good")

    [message] = await desk.type("/batch cost --check --since 5w")

    assert "The results of 1 batch expired before anyone read them." in message.visible_text
    assert "1 batch was deleted before anyone read the results." in message.visible_text
    assert "created and deleted elsewhere" not in message.visible_text


async def test_a_batch_that_was_made_and_deleted_elsewhere_is_a_difference(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=2_000, age=find_age(4, 7_200), took=600)
    other = desk.api.workspace.add(succeeded=3_000, age=find_age(2, 7_200), took=600, api_key_id="apikey_01Other")
    desk.api.workspace.delete(other.id)

    message = await read_everything(desk)

    assert "Batches that were created and deleted elsewhere are only in Anthropic's figures." in message.visible_text
    assert "These batches come from several API keys: $" in message.visible_text
    day = other.ending.at.astimezone(UTC)
    assert f"Most of the difference is on {day:%b} {day.day} (UTC)." in message.visible_text


@pytest.mark.parametrize("booked_at", ["creation", "end"])
async def test_a_batch_across_the_first_or_last_midnight_is_named(desk: Desk, booked_at: str) -> None:
    desk.api.workspace.add(succeeded=2_000, age=find_age(8, DAY - 300), took=1_200)
    desk.api.workspace.add(succeeded=1_000, age=find_age(1, DAY - 300), took=1_200)
    desk.api.bill.change(booked_at=booked_at)

    message = await read_everything(desk)

    named = (
        "2 batches ran across the start or the end of this week. Anthropic may count up to $" in message.visible_text
    )
    assert ("agree" in message.visible_text, named) == (booked_at == "creation", booked_at == "end")


async def test_late_figures_are_called_late(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=2_000, age=find_age(2, 7_200), took=600)
    desk.api.bill.change(behind=4 * DAY)

    message = await read_everything(desk)

    assert message.visible_text.startswith("⏳ Anthropic counts $")
    assert "less than Batchdesk so far (−100%)" in message.visible_text
    assert "Anthropic's figures don't reach the end of this week yet." in message.visible_text


async def test_figures_without_an_age_say_so(desk: Desk) -> None:
    desk.api.bill.change(behind=None)

    message = await read_everything(desk)

    assert "Anthropic doesn't say until when its figures are complete." in message.visible_text


async def test_other_products_and_workspaces_are_left_out(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=2_000, age=find_age(2, 7_200), took=600)
    for other in (OtherUse(cents="900", product="messages_api"), OtherUse(cents="900", workspace_id="wrkspc_01Other")):
        desk.api.bill.add(other, desk.api.now)

    message = await read_everything(desk)

    assert "✅ Batchdesk and Anthropic agree" in message.visible_text
    assert f"Workspace `{desk.api.workspace.id}`" in message.visible_text


async def test_an_unnamed_workspace_is_said_to_be_unknown(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=2_000, age=find_age(2, 7_200), took=600)
    desk.api.bill.add(OtherUse(cents="900", workspace_id="wrkspc_01Other"), desk.api.now)
    desk.api.workspace.names_itself = False

    message = await read_everything(desk)

    assert "The API doesn't name Batchdesk's workspace" in message.visible_text
    assert "include every workspace: $9.00 in `wrkspc_01Other` and " in message.visible_text


async def test_without_a_key_one_sentence_says_how_to_get_it(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    [total] = await desk.type("/batch cost")

    [message] = await desk.type("/batch cost --check")

    assert message.visible_text == (
        "To compare costs with Anthropic's bill, an administrator must create an Admin API key in the "
        "Anthropic Console and set it as `BATCHDESK_ANALYTICS_KEY`."
    )
    assert "Compare with the bill" not in total.visible_text
    assert list_calls(desk) == []


FAILURES = {
    "500": (ApiFault(path=REPORT, times=9, status=500), "doesn't answer right now. Everything else works. Try again"),
    "cut": (ApiFault(path=REPORT, times=9, cut="before"), "doesn't answer right now."),
    "html": (ApiFault(path=REPORT, times=9, body="<html>hello</html>"), "doesn't answer right now."),
    "huge": (ApiFault(path=REPORT, times=9, bomb=40), "doesn't answer right now."),
    "403": (ApiFault(path=REPORT, status=403), "doesn't let `BATCHDESK_ANALYTICS_KEY` read its cost report."),
    "proxy": (
        ApiFault(path=REPORT, status=403, body="<html>blocked</html>"),
        "such as a proxy, refused the cost report.",
    ),
    "400": (ApiFault(path=REPORT, status=400), "Anthropic refused to report costs."),
}


@pytest.mark.parametrize("kind", FAILURES)
async def test_a_failing_report_fails_nothing_else(desk: Desk, kind: str) -> None:
    fault, words = FAILURES[kind]
    desk.api.workspace.add(succeeded=20, age=find_age(2, 7_200), took=600)
    desk.api.add_fault(fault)

    [message] = await desk.type("/batch cost --check")
    [total] = await desk.type("/batch cost")

    assert words in message.visible_text
    assert "<html" not in message.visible_text
    assert "Everything else works." in message.visible_text
    assert ("Try again" in message.visible_text) == (kind not in ("400", "403", "proxy"))
    assert "Cost of the last 7 days: under $0.01" in total.visible_text or "$0.0" in total.visible_text
    desk.api.clear_faults()
    [again] = await desk.type("/batch cost --check")
    assert "agree" in again.visible_text


async def test_a_key_of_another_organization_compares_nothing(desk: Desk) -> None:
    desk.api.workspace.admin_organization_id = "00000000-0000-0000-0000-000000000000"

    [message] = await desk.type("/batch cost --check")

    assert "`BATCHDESK_ANALYTICS_KEY` belongs to another organization" in message.visible_text


async def test_the_key_for_the_bill_reads_nothing_but_the_bill(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=20, age=find_age(2, 7_200), took=600)

    [message] = await desk.type("/batch cost --check")
    await desk.press(message, "Read 1 batch")

    bearer = {request.path for request in desk.api.requests if request.key_sent_in == "authorization"}
    assert bearer == {"/v1/organizations/analytics/cost"}
    assert len(list_calls(desk)) == 2


async def test_everyone_who_may_see_costs_may_compare_them(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=20, age=find_age(2, 7_200), took=600)

    [total] = await desk.type("/batch cost", user=BEN)
    [message] = await desk.press(total, "Compare with the bill", user=BEN)

    assert "Batchdesk and Anthropic agree" in message.visible_text


async def test_a_check_reads_no_results_by_itself(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=20, age=find_age(2, 7_200), took=600)

    await desk.type("/batch cost --check", user=ADA)

    assert not any(request.path.endswith("/results") for request in desk.api.requests)
