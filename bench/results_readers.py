"""Read a results file in one way, in a process of its own, so that CPU time and memory belong to it alone."""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from bench.results_server import BATCH_ID
from bot.api.client import BatchesClient, open_http
from bot.api.ids import BatchId
from bot.api.json_lines import read_result_lines
from bot.pricing.prices import Prices
from bot.results.summarize import ResultsSummarizer

_CHUNK = 256 * 1024
"""Bytes read from a file at once: the most that asyncio delivers of a response at once."""


async def read_summary(chunks: AsyncIterator[bytes], prices: Prices) -> int:
    """Summarize the results as the bot does; return how many there are."""
    reader = ResultsSummarizer(prices)
    async for chunk in chunks:
        reader.feed(chunk)
    return reader.finish().counts.total


async def read_json(chunks: AsyncIterator[bytes], _prices: Prices) -> int:
    """Parse each line with `json.loads`, and add up most of the same sums; return how many results there are."""
    outcomes = Counter[str]()
    causes = Counter[Any]()
    stops = Counter[str]()
    tokens = Counter[Any]()
    seen = set[str]()
    async for line in read_result_lines(chunks):
        fields = json.loads(line.text)
        seen.add(fields["custom_id"])
        result = fields["result"]
        outcomes[result["type"]] += 1
        if result["type"] == "succeeded":
            message = result["message"]
            stops[message["stop_reason"]] += 1
            for kind in ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"):
                tokens[message["model"], kind] += message["usage"].get(kind) or 0
        elif result["type"] == "errored":
            causes[result["error"]["error"]["type"], result["error"]["error"]["message"]] += 1
    return outcomes.total()


async def count_newlines(chunks: AsyncIterator[bytes], _prices: Prices) -> int:
    """Count the newlines, which is the least that a reader must do."""
    count = 0
    async for chunk in chunks:
        count += chunk.count(b"\n")
    return count


READERS = {"summary": read_summary, "json": read_json, "newlines": count_newlines}


async def _read_file(path: str) -> AsyncIterator[bytes]:
    with Path(path).open("rb") as file:  # noqa: ASYNC230 - nothing else runs here, and a thread would be measured too
        while chunk := file.read(_CHUNK):
            yield chunk


@asynccontextmanager
async def _open_client(transport: str, base_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Open the bot's own client, or for "httpcore" one that fetches results through httpx."""
    stock = open_http("sk-bench", base_url=base_url)
    async with stock:
        if transport == "aiohttp":
            yield stock
            return
        plain = httpx.AsyncHTTPTransport(verify=httpx.create_ssl_context())
        async with httpx.AsyncClient(base_url=base_url, headers=stock.headers, transport=plain, timeout=30) as http:
            yield http


async def main(reader: str, source: str, transport: str) -> None:
    """Read `source` (a base URL or a path) to its end, and print what it took as JSON."""
    if "://" not in source:
        print(json.dumps(await _measure(reader, _read_file(source))))
        return
    async with _open_client(transport, source) as http:
        print(json.dumps(await _measure(reader, BatchesClient(http).result_bytes(BatchId(BATCH_ID)))))


async def _measure(reader: str, chunks: AsyncIterator[bytes]) -> dict[str, float]:
    prices = Prices.load()  # before the clock starts: a bot loads them once
    _reset_peak()
    idle = _read_peak()
    before = time.process_time()
    count = await READERS[reader](chunks, prices)
    seconds = time.process_time() - before
    return {"cpu_seconds": seconds, "idle_kib": idle, "peak_kib": _read_peak(), "lines": count}


def _reset_peak() -> None:
    """Reset the peak memory of this program to its present memory (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")


def _read_peak() -> int:
    """Return the peak memory of this program in KiB (proc(5), VmHWM)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
