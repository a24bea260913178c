"""Read results with the official SDK, in the Python of an environment that has the SDK and not our packages."""

import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from statistics import median
from typing import Any

BATCH_ID = "msgbatch_01benchresults0000000000"


def main(source: str, client: str) -> None:
    """Read `source` (a base URL or a path) with the "sync" or "async" client, and print what it took as JSON."""
    read = _read if client == "sync" else _read_async
    print(json.dumps(read(source)))


def _read(source: str) -> dict[str, float]:
    from anthropic import Anthropic  # type: ignore[import-not-found]  # of the other environment

    client = Anthropic(
        api_key="sk-bench", **({"base_url": source} if "://" in source else _build_client_options(source))
    )
    with _Summary() as summary:
        for line in client.messages.batches.results(BATCH_ID):
            summary.add(line)
    return summary.to_dict()


def _read_async(source: str) -> dict[str, float]:
    from anthropic import AsyncAnthropic

    where = {"base_url": source} if "://" in source else _build_async_client_options(source)
    client = AsyncAnthropic(api_key="sk-bench", **where)

    async def read() -> dict[str, float]:
        with _Summary() as summary:
            async for line in await client.messages.batches.results(BATCH_ID):
                summary.add(line)
        return summary.to_dict()

    return asyncio.run(read())


class _Summary:
    """The sums of our summary, without prices and generalized causes, and what they take while the block runs."""

    def __init__(self) -> None:
        self._outcomes = Counter[str]()
        self._causes = Counter[Any]()
        self._stops = Counter[str]()
        self._tokens = Counter[Any]()
        self._seen = set[str]()
        self._outputs = list[int]()

    def __enter__(self) -> "_Summary":
        Path("/proc/self/clear_refs").write_text("5")
        self._idle = _read_peak()
        self._before = time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self._seconds = time.process_time() - self._before

    def add(self, line: Any) -> None:
        self._seen.add(line.custom_id)
        self._outcomes[line.result.type] += 1
        if line.result.type == "succeeded":
            message = line.result.message
            self._stops[message.stop_reason] += 1
            self._outputs.append(message.usage.output_tokens)
            _add_tokens(self._tokens, (message.model, message.usage.inference_geo), message.usage)
        elif line.result.type == "errored":
            self._causes[line.result.error.error.type, line.result.error.error.message] += 1

    def to_dict(self) -> dict[str, float]:
        count = self._outcomes.total()
        took = {"cpu_seconds": self._seconds, "idle_kib": self._idle, "peak_kib": _read_peak(), "lines": count}
        duplicates = count - len(self._seen)
        return took | {"duplicates": duplicates, "median": median(self._outputs), "largest": max(self._outputs)}


def _add_tokens(tokens: Counter[Any], group: tuple[str, str | None], usage: Any) -> None:
    tokens[group, "input"] += usage.input_tokens
    tokens[group, "output"] += usage.output_tokens
    tokens[group, "read"] += usage.cache_read_input_tokens or 0
    if usage.cache_creation_input_tokens and usage.cache_creation:
        tokens[group, "write 5 min"] += usage.cache_creation.ephemeral_5m_input_tokens
        tokens[group, "write 1 h"] += usage.cache_creation.ephemeral_1h_input_tokens
    if usage.output_tokens_details:
        tokens[group, "thinking"] += usage.output_tokens_details.thinking_tokens
    if usage.server_tool_use:
        tokens[group, "searches"] += usage.server_tool_use.web_search_requests


def _build_client_options(path: str) -> dict[str, Any]:
    """Return the arguments of a client that reads the file instead of the network."""
    import httpx2  # type: ignore[import-not-found]  # of the other environment

    client = httpx2.Client(transport=httpx2.MockTransport(lambda request: _answer(request, _read_pieces(path))))
    return {"base_url": "http://file.invalid", "http_client": client}


def _build_async_client_options(path: str) -> dict[str, Any]:
    import httpx2

    async def pieces() -> AsyncIterator[bytes]:
        for piece in _read_pieces(path):
            yield piece

    async def answer(request: httpx2.Request) -> httpx2.Response:
        return _answer(request, pieces())

    client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    return {"base_url": "http://file.invalid", "http_client": client}


def _read_pieces(path: str) -> Iterator[bytes]:
    with Path(path).open("rb") as file:
        while piece := file.read(256 * 1024):
            yield piece


def _answer(request: Any, results: Iterator[bytes] | AsyncIterator[bytes]) -> Any:
    import httpx2

    if request.url.path.endswith("/results"):
        return httpx2.Response(200, content=results)
    return httpx2.Response(200, content=os.environ["BATCH_JSON"], headers={"content-type": "application/json"})


def _read_peak() -> int:
    """Return the peak memory of this program in KiB (proc(5), VmHWM)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    main(*sys.argv[1:3])
