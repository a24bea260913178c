"""One way of reading a results file, in a process of its own, so that CPU time and memory are its alone."""

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
"""Bytes read from a file at once: what asyncio hands over of a response at most."""


async def summary(chunks: AsyncIterator[bytes], prices: Prices) -> int:
    """Our summary, fed between the chunks as the bot does it."""
    reader = ResultsSummarizer(prices)
    async for chunk in chunks:
        reader.feed(chunk)
    return reader.finish().counts.total


async def json_lines(chunks: AsyncIterator[bytes], _prices: Prices) -> int:
    """`json.loads` a line, and a good part of the same sums."""
    outcomes, causes, stops, tokens = Counter[str](), Counter[Any](), Counter[str](), Counter[Any]()
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


async def newlines(chunks: AsyncIterator[bytes], _prices: Prices) -> int:
    """The floor: nothing but the bytes."""
    count = 0
    async for chunk in chunks:
        count += chunk.count(b"\n")
    return count


READERS = {"summary": summary, "json": json_lines, "newlines": newlines}


async def _from_file(path: str) -> AsyncIterator[bytes]:
    with Path(path).open("rb") as file:  # noqa: ASYNC230 - nothing else runs here, and a thread would be measured too
        while chunk := file.read(_CHUNK):
            yield chunk


@asynccontextmanager
async def _http(transport: str, base_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """The bot's own client, or for "httpcore" one that lets httpx fetch results as it fetches all else."""
    stock = open_http("sk-bench", base_url=base_url)
    async with stock:
        if transport == "aiohttp":
            yield stock
            return
        plain = httpx.AsyncHTTPTransport(verify=httpx.create_ssl_context())
        async with httpx.AsyncClient(base_url=base_url, headers=stock.headers, transport=plain, timeout=30) as http:
            yield http


async def main(reader: str, source: str, transport: str) -> None:
    """Read `source` (a base URL or a path) to its end and print what it took as JSON."""
    if "://" not in source:
        print(json.dumps(await _measured(reader, _from_file(source))))
        return
    async with _http(transport, source) as http:
        print(json.dumps(await _measured(reader, BatchesClient(http).result_bytes(BatchId(BATCH_ID)))))


async def _measured(reader: str, chunks: AsyncIterator[bytes]) -> dict[str, float]:
    prices = Prices.load()  # once in the life of a bot
    _forget_peak()
    idle, before = _peak(), time.process_time()
    count = await READERS[reader](chunks, prices)
    seconds = time.process_time() - before
    return {"cpu_seconds": seconds, "idle_kib": idle, "peak_kib": _peak(), "lines": count}


def _forget_peak() -> None:
    """Let the largest so far be what there is now (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """KiB, the largest so far of this program (proc(5), VmHWM)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
