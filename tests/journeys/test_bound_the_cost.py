"""The estimate's upper end is a bound: what has none needs another person above a spend limit, and is named."""

import base64
import random
from decimal import Decimal
from typing import Any

import pytest

from bot.playground.api_simulator.faults import ApiFault
from tests.conftest import OpenDesk
from tests.desk import ADA, BEN
from tests.journeys.creating import ask_about_file, make_jsonl, make_request

PDF = base64.b64encode(b"%PDF-1.7\n" + random.Random(1).randbytes(20_000)).decode()
SEARCH = {"type": "web_search_20250305", "name": "web_search"}
MCP: dict[str, Any] = {
    "mcp_servers": [{"type": "url", "url": "https://mcp.example.org/sse", "name": "x"}],
    "tools": [{"type": "mcp_toolset", "mcp_server_name": "x"}],
}


def document(source: dict[str, Any]) -> dict[str, Any]:
    content = [{"type": "document", "source": source}, {"type": "text", "text": "Title?"}]
    return {"model": "claude-opus-4-6", "messages": [{"role": "user", "content": content}]}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"tools": [SEARCH]}, "Nothing limits the cost of `web_search`."),
        ({"tools": [SEARCH | {"max_uses": 1_000}]}, "That includes up to 20,000 web searches."),
        (MCP, "Nothing limits the cost of `mcp_servers`, `mcp_toolset`."),
        (document({"type": "file", "file_id": "file_0"}), "The estimate is rough"),
        (document({"type": "base64", "media_type": "application/pdf", "data": PDF}), "The estimate is rough"),
    ],
    ids=["search", "many-searches", "mcp", "by-id", "pdf"],
)
async def test_what_may_cost_more_than_a_limit_says_what_it_is(
    params: dict[str, Any], words: str, open_desk: OpenDesk
) -> None:
    desk = await open_desk(operators=(ADA, BEN), spend_limit=Decimal(1))
    desk.api.add_fault(ApiFault(path="/v1/messages/count_tokens", status=500, times=100))

    question = await ask_about_file(desk, make_jsonl(make_request(f"r-{n}", **params) for n in range(20)))

    assert "Ask for approval" in question.buttons
    assert "Send" not in question.buttons
    assert words in question.visible_text


async def test_counting_lowers_the_bound_of_documents(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), spend_limit=Decimal(1))
    params = document({"type": "file", "file_id": "file_0"})

    question = await ask_about_file(desk, make_jsonl(make_request(f"r-{n}", **params) for n in range(12)))

    assert "Send" in question.buttons


async def test_asking_again_about_a_file_gives_the_same_estimate(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), spend_limit=Decimal(1))
    document_in = document({"type": "url", "url": "https://example.org/a.pdf"})
    short = {"model": "claude-opus-4-6", "max_tokens": 16}
    file = make_jsonl(make_request(f"r-{n}", **(document_in if n % 50 == 0 else short)) for n in range(2_000))

    first, second = [await ask_about_file(desk, file) for _ in range(2)]

    [cost] = [line for line in first.visible_text.splitlines() if "Estimated cost" in line]
    assert cost in second.visible_text
    assert "Ask for approval" in first.buttons
