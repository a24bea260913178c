"""The cost of results includes everything that the API bills, or is called "at least" and names what is left out."""

import csv
import io
import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.playground.api_simulator.faults import ApiFault
from tests.conftest import OpenDesk
from tests.desk import ADA, Desk

OPUS, HAIKU, HAIKU_5_5 = "claude-opus-4-6", "claude-haiku-4-5-20251001", "claude-haiku-5-5"
DAY = 86_400.0


def tokens(input_tokens: int, output_tokens: int, **others: object) -> dict[str, Any]:
    return {
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
    } | others


def entry(kind: str, input_tokens: int, output_tokens: int, **others: object) -> dict[str, Any]:
    return {"type": kind} | tokens(input_tokens, output_tokens) | others


def line(model: str, usage: dict[str, Any], custom_id: str = "r-1", **others: object) -> str:
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": "x"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"service_tier": "batch", "inference_geo": "not_available"} | usage,
    }
    return json.dumps({"custom_id": custom_id, "result": {"type": "succeeded", "message": message | others}})


COMPACTION = line(
    OPUS, tokens(20_000, 1_000, iterations=[entry("compaction", 170_000, 4_000), entry("message", 20_000, 1_000)])
)
ADVISOR = line(
    HAIKU,
    tokens(
        1_000,
        500,
        iterations=[entry("message", 1_000, 500), entry("advisor_message", 90_000, 3_000, model=OPUS)],
    ),
)
SEARCHES = line(OPUS, tokens(20_000, 1_000, server_tool_use={"web_search_requests": 3, "web_fetch_requests": 0}))
COMPLETE = {
    "compaction": (COMPACTION, "0.5375"),
    "advisor": (ADVISOR, "0.26425"),
    "declined fallback": (
        line(
            "claude-opus-4-8",
            tokens(
                1_000,
                100,
                iterations=[
                    entry("message", 1_000, 0, model="claude-fable-5"),
                    entry("fallback_message", 1_000, 100, model="claude-opus-4-8"),
                ],
            ),
        ),
        "0.00375",
    ),
    "cache of an hour": (
        line(
            OPUS,
            tokens(
                1_000,
                100,
                cache_creation_input_tokens=50_000,
                cache_read_input_tokens=200_000,
                cache_creation={"ephemeral_5m_input_tokens": 10_000, "ephemeral_1h_input_tokens": 40_000},
            ),
        ),
        "0.285",
    ),
    "web searches": (SEARCHES, "0.0925"),
    "web fetches": (
        line(
            "claude-sonnet-5",
            tokens(500_000, 2_000, server_tool_use={"web_search_requests": 0, "web_fetch_requests": 3}),
        ),
        "0.51",
    ),
    # 20,000 × 2.50 + 1,000 × 12.50 + 170,000 × 2.50 + 4,000 × 12.50, × 1.1 in the US
    "compaction in the US": (
        line(OPUS, tokens(20_000, 1_000, inference_geo="us", iterations=[entry("compaction", 170_000, 4_000)])),
        "0.59125",
    ),
    # Each prompt is above the step: 250,000 × 0.25 + 100 × 1.25
    "long prompts of each round": (
        line(
            HAIKU_5_5,
            tokens(250_000, 100, iterations=[entry("message", 125_000, 50), entry("message", 125_000, 50)]),
        ),
        "0.062625",
    ),
    # A compaction of Haiku 5.5 above the step: 1,000 × 0.05 + 150,000 × 0.25 + 1,000 × 1.25
    "a long compaction": (
        line(
            HAIKU_5_5,
            tokens(1_000, 0, iterations=[entry("compaction", 150_000, 1_000), entry("message", 1_000, 0)]),
        ),
        "0.0388",
    ),
    "a new key that is no amount": (line(OPUS, tokens(20_000, 1_000, note="x", audio_tokens=0)), "0.0625"),
}
AT_LEAST = {
    "a length step by the sum": (
        line(
            HAIKU_5_5,
            tokens(
                120_000,
                100,
                server_tool_use={"web_search_requests": 0, "web_fetch_requests": 2},
                iterations=[entry("message", 40_000, n) for n in (30, 30, 40)],
            ),
        ),
        "0.006025",
        "1 request may be billed as long prompts",
    ),
    "a length step without rounds": (
        line(HAIKU_5_5, tokens(120_000, 100, server_tool_use={"web_fetch_requests": 2})),
        "0.006025",
        "1 request may be billed as long prompts",
    ),
    "code execution": (
        line(OPUS, tokens(20_000, 1_000, server_tool_use={"web_search_requests": 0, "code_execution_requests": 2})),
        "0.0625",
        "`code_execution`",
    ),
    "a container": (
        line(OPUS, tokens(20_000, 1_000), container={"id": "container_1", "expires_at": "2026-11-30T00:00:00Z"}),
        "0.0625",
        "`code_execution`",
    ),
    "an iteration of another type": (
        line(OPUS, tokens(20_000, 1_000, iterations=[entry("judge_message", 9_000, 9, model=OPUS)])),
        "0.0625",
        "`judge_message`",
    ),
    "an advisor without a model": (
        line(OPUS, tokens(20_000, 1_000, iterations=[entry("advisor_message", 9_000, 9)])),
        "0.0625",
        "`advisor_message`",
    ),
    "an advisor without a price": (
        line(OPUS, tokens(20_000, 1_000, iterations=[entry("advisor_message", 9_000, 9, model="claude-mythos-5-2")])),
        "0.0625",
        "`claude-mythos-5-2`",
    ),
    "a malformed iteration": (
        line(OPUS, tokens(20_000, 1_000, iterations=["compaction"])),
        "0.0625",
        "`unreadable`",
    ),
    "iterations that are no list": (line(OPUS, tokens(20_000, 1_000, iterations=5)), "0.0625", "`unreadable`"),
    "a class of tokens": (
        line(OPUS, tokens(20_000, 1_000, video_input_tokens=700)),
        "0.0625",
        "`video_input_tokens`",
    ),
    "a class of tokens in an iteration": (
        line(OPUS, tokens(20_000, 1_000, iterations=[entry("compaction", 0, 0, video_input_tokens=700)])),
        "0.0625",
        "`video_input_tokens`",
    ),
    "a lifetime of the cache": (
        line(
            OPUS,
            tokens(
                20_000,
                1_000,
                cache_creation_input_tokens=100,
                cache_creation={"ephemeral_5m_input_tokens": 0, "ephemeral_24h_input_tokens": 100},
            ),
        ),
        "0.0628125",
        "`ephemeral_24h_input_tokens`",
    ),
    "cache writes beyond their split": (
        line(
            OPUS,
            tokens(
                20_000,
                1_000,
                cache_creation_input_tokens=100,
                cache_creation={"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
            ),
        ),
        "0.0628125",
        "`cache writes of another lifetime`",
    ),
    "a speed": (line(OPUS, tokens(20_000, 1_000, speed="fast")), "0.0625", "`fast speed`"),
    "another tool": (
        line(OPUS, tokens(20_000, 1_000, server_tool_use={"computer_requests": 1})),
        "0.0625",
        "`computer`",
    ),
}


def serve(desk: Desk, *lines: str, **spec: Any) -> str:
    """Put a batch into the workspace whose results are these lines, byte by byte."""
    batch = desk.api.workspace.add(succeeded=len(lines), **spec)
    desk.api.add_fault(ApiFault(path=f"*{batch.id}/results", body="\n".join(lines) + "\n", times=9))
    return batch.id


async def read_csv(desk: Desk) -> list[dict[str, str]]:
    await desk.type("/batch results last --csv")
    file = desk.slack.messages(f"D0{ADA.removeprefix('U0')}")[-1].files[0]
    async with httpx.AsyncClient(base_url=desk.slack.url) as browser:
        return list(csv.DictReader(io.StringIO((await browser.get(file["url"])).text, newline="")))


def shown(usd: str) -> str:
    return f"${Decimal(usd) + Decimal('0.000001'):.2f}" if Decimal(usd) >= Decimal("0.01") else "under $0.01"


@pytest.mark.parametrize("case", COMPLETE)
async def test_everything_that_is_billed_is_in_the_cost(desk: Desk, case: str) -> None:
    body, usd = COMPLETE[case]
    serve(desk, body)

    [card] = await desk.type("/batch results last")
    [total] = await desk.type("/batch cost")
    rows = await read_csv(desk)

    assert f"*Cost*\n{shown(usd)}\n" in card.visible_text.replace("*Tokens*", "\n*Tokens*") + "\n"
    assert f"Cost of the last 7 days: {shown(usd)}" in total.visible_text
    assert "at least" not in card.visible_text + total.visible_text
    assert [(Decimal(row["cost_usd"]), row["cost_left_out"]) for row in rows] == [(Decimal(usd), "")]


@pytest.mark.parametrize("case", AT_LEAST)
async def test_a_cost_without_something_is_at_least_and_names_it(desk: Desk, case: str) -> None:
    body, usd, named = AT_LEAST[case]
    serve(desk, body)

    [card] = await desk.type("/batch results last")
    [total] = await desk.type("/batch cost")
    rows = await read_csv(desk)

    words = f"at least {shown(usd)}" if Decimal(usd) >= Decimal("0.01") else "unknown"
    assert f"*Cost*\n{words}\n" in card.visible_text
    assert f"Cost of the last 7 days: {words}" in total.visible_text
    assert all(named in each.visible_text for each in (card, total))
    assert [(Decimal(row["cost_usd"]), bool(row["cost_left_out"])) for row in rows] == [(Decimal(usd), True)]


async def test_both_models_of_an_advised_request_are_named_with_their_tokens(desk: Desk) -> None:
    serve(desk, ADVISOR)

    [card] = await desk.type("/batch results last")
    [total] = await desk.type("/batch cost")

    assert f"`{HAIKU}` (1 request, 1,000 in / 500 out)" in card.visible_text
    assert f"`{OPUS}` (advisor, 90,000 in / 3,000 out)" in card.visible_text
    assert f"`{OPUS}`  *$0.26*" in total.visible_text


async def test_the_table_adds_up_to_the_card(desk: Desk) -> None:
    bodies = [body for body, _ in COMPLETE.values()] + [body for body, _, _ in AT_LEAST.values()]
    serve(desk, *(json.dumps(json.loads(body) | {"custom_id": f"r-{n}"}) for n, body in enumerate(bodies)))
    total = sum(Decimal(usd) for _, usd in COMPLETE.values()) + sum(Decimal(usd) for _, usd, _ in AT_LEAST.values())

    await desk.type("/batch results last --full")
    card = desk.slack.modal(ADA)
    rows = await read_csv(desk)

    assert card is not None
    assert sum(Decimal(row["cost_usd"]) for row in rows) == total
    assert f"at least ${total:.2f}" in card.visible_text
    for column, name in (("input_tokens", "input"), ("output_tokens", "output")):
        assert f"{sum(int(row[column]) for row in rows):,} {name}" in card.visible_text


PRICES = """
[regions]
not_available = 1
[[prices]]
models = ["{model}"]
input = 1
output = 1
write_5m = 1
write_1h = 1
read = 0.10
date = 2026-10-08
source = "a test"
[[prices]]
models = ["{model}"]
valid_from = {day}
input = 1
output = 1
write_5m = 1
write_1h = 1
read = 0.05
date = 2026-10-08
source = "a test"
"""


async def test_a_price_that_changed_is_that_of_the_batchs_day(open_desk: OpenDesk, tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    desk = await open_desk()
    prices.write_text(PRICES.format(model=OPUS, day=(desk.time() - timedelta(days=2)).date()))
    await desk.restart(prices=prices)
    body = line(OPUS, tokens(0, 0, cache_read_input_tokens=100_000_000))
    older, newer = serve(desk, body, age=4 * DAY), serve(desk, body, age=1 * DAY)

    [before], [after] = await desk.type(f"/batch results {older}"), await desk.type(f"/batch results {newer}")

    assert "*Cost*\n$10.00" in before.visible_text
    assert "*Cost*\n$5.00" in after.visible_text


async def test_searches_without_a_price_are_named(open_desk: OpenDesk, tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text(PRICES.format(model=OPUS, day="2026-01-01"))
    desk = await open_desk(prices=prices)
    serve(desk, SEARCHES)

    [card] = await desk.type("/batch results last")

    assert "*Cost*\nat least $0.02\n3 web searches are not included" in card.visible_text
