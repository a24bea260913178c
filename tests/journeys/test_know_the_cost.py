"""What the batches cost, as a picture."""

import json

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage
from tests.conftest import OpenDesk
from tests.desk import BEN, Desk

DAY = 86_400


def two_days(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=2_000, age=1.1 * DAY)
    desk.api.workspace.add(succeeded=1_000, age=3.1 * DAY, model="claude-sonnet-5")


def kinds(message: SlackMessage) -> list[str]:
    return [block["type"] for block in message.blocks]


def line(number: int, model: str, **usage: object) -> str:
    message = {"id": "m", "type": "message", "role": "assistant", "model": model, "content": [], "usage": usage}
    return json.dumps({"custom_id": f"r-{number}", "result": {"type": "succeeded", "message": message}})


async def test_the_total_the_models_and_a_picture_of_the_days(either_desk: Desk) -> None:
    two_days(either_desk)

    [shown] = await either_desk.type("/batch cost")

    assert "Cost of the last 7 days: $" in shown.visible_text
    assert "`claude-haiku-4-5-20251001`" in shown.visible_text
    assert "`claude-sonnet-5`" in shown.visible_text
    [picture] = [block for block in shown.blocks if block["type"] == "data_visualization"]
    assert len(picture["chart"]["series"][0]["data"]) == 3
    assert picture["chart"]["series"][0]["data"][1]["value"] == 0


async def test_it_is_turned_to_days_in_one_message(desk: Desk) -> None:
    two_days(desk)
    [by_model] = await desk.type("/batch cost --since 4w")

    [by_day] = await desk.press(by_model, "By day")

    assert "By day (UTC)" in by_day.visible_text
    assert by_day.ts == by_model.ts
    assert by_day.buttons == ["By model"]


async def test_without_charts_in_slack_the_days_are_rows(desk: Desk) -> None:
    two_days(desk)
    desk.slack.fail_next("response_url", error="invalid_blocks", status=400)

    [shown] = await desk.type("/batch cost")

    assert "data_visualization" not in kinds(shown)
    assert "By day (UTC)" in shown.visible_text
    assert "Cost of the last 7 days: $" in shown.visible_text


async def test_the_cost_equals_a_calculation_by_hand(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=2)
    lines = [
        # claude-haiku-4-5, USD per million tokens in a batch: input 0.50, output 2.50, write 5 min 0.625, 1 h 1.00,
        # read 0.05. 1,200,000 × 0.50 = 0.60; 300,000 × 2.50 = 0.75; 80,000 × 0.625 = 0.05; 20,000 × 1.00 = 0.02;
        # 2,000,000 × 0.05 = 0.10; together 1.52.
        line(
            1,
            "claude-haiku-4-5-20251001",
            input_tokens=1_200_000,
            output_tokens=300_000,
            cache_creation_input_tokens=100_000,
            cache_creation={"ephemeral_5m_input_tokens": 80_000, "ephemeral_1h_input_tokens": 20_000},
            cache_read_input_tokens=2_000_000,
        ),
        # claude-sonnet-5: input 1.00, output 5.00: 500,000 × 1.00 = 0.50; 90,000 × 5.00 = 0.45; together 0.95.
        line(2, "claude-sonnet-5", input_tokens=500_000, output_tokens=90_000),
    ]
    desk.api.add_fault(ApiFault(path="*/results", body="\n".join(lines)))

    [card] = await desk.type("/batch results last")
    [total] = await desk.type("/batch cost")

    assert "*Cost*\n$2.47" in card.visible_text  # 1.52 + 0.95
    assert "Cost of the last 7 days: $2.47" in total.visible_text
    assert "*$1.52*" in total.visible_text
    assert "*$0.95*" in total.visible_text


async def test_a_total_that_lacks_something_is_said_to_lack_it(desk: Desk) -> None:
    two_days(desk)
    desk.api.workspace.add(succeeded=10, model="claude-mythos-5-2")
    cut = desk.api.workspace.add(succeeded=300, age=2 * DAY)
    desk.api.add_fault(ApiFault(path=f"*{cut.id}/results", cut="middle"))

    [shown] = await desk.type("/batch cost", user=BEN)
    [again] = await desk.press(shown, "Try again", user=BEN)

    assert "Cost of the last 7 days: at least $" in shown.visible_text
    assert "No known price for `claude-mythos-5-2`." in shown.visible_text
    assert "1 of 4 batches couldn't be read just now" in shown.visible_text
    assert "couldn't be read" not in again.visible_text
    assert "`claude-mythos-5-2`  *unknown*" in again.visible_text


async def test_prices_of_ones_own_take_the_place_of_ours(open_desk: OpenDesk, desk: Desk) -> None:
    desk.api.workspace.add(succeeded=1)
    body = line(1, "claude-house-1", input_tokens=1_000_000, output_tokens=0)
    own = desk.store.with_name("prices.toml")
    own.write_text(
        "[regions]\n[[prices]]\nmodels = ['claude-house-1']\ninput = 7\noutput = 1\nwrite_5m = 1\nwrite_1h = 1\n"
        "read = 1\ndate = 2026-11-01\nsource = 'our contract'\n"
    )
    await desk.restart(prices=own)
    desk.api.add_fault(ApiFault(path="*/results", body=body))

    [card] = await desk.type("/batch results last")

    assert "*Cost*\n$7.00" in card.visible_text
    assert "Prices of 2026-11-01" in card.visible_text


async def test_an_empty_range_is_said_to_be_empty(desk: Desk) -> None:
    [empty] = await desk.type("/batch cost --since 1h")
    desk.api.workspace.add(processing_status="in_progress", processing=5)
    [running] = await desk.type("/batch cost --since 1h")

    assert "No ended batches in the last hour" in empty.visible_text
    assert "Cost of" not in empty.visible_text
    assert empty.buttons == []
    assert "1 batch hasn't ended. Its cost is known after the end." in running.visible_text


async def test_batches_that_could_not_be_read_are_no_empty_range(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=300, age=600.0)
    desk.api.add_fault(ApiFault(path=f"*{batch.id}/results", cut="middle"))

    [shown] = await desk.type("/batch cost --since 1h")

    assert "Cost of the last hour: unknown" in shown.visible_text
