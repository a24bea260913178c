"""The official SDK reading results, run by the Python of an environment that has it and need not have ours."""

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
    """Read `source` (a base URL or a path) by the "sync" or the "async" `client`, and print what it took as JSON."""
    read = _read if client == "sync" else _read_in_a_loop
    print(json.dumps(read(source)))


def _read(source: str) -> dict[str, float]:
    from anthropic import Anthropic  # type: ignore[import-not-found]  # of the other environment

    client = Anthropic(api_key="sk-bench", **({"base_url": source} if "://" in source else _from_file(source)))
    with _Reading() as reading:
        for line in client.messages.batches.results(BATCH_ID):
            reading.add(line)
    return reading.told()


def _read_in_a_loop(source: str) -> dict[str, float]:
    from anthropic import AsyncAnthropic

    where = {"base_url": source} if "://" in source else _from_file_in_a_loop(source)
    client = AsyncAnthropic(api_key="sk-bench", **where)

    async def read() -> dict[str, float]:
        with _Reading() as reading:
            async for line in await client.messages.batches.results(BATCH_ID):
                reading.add(line)
        return reading.told()

    return asyncio.run(read())


class _Reading:
    """The sums of our summary, but for prices and the wording of causes, and what they take while the block runs."""

    def __init__(self) -> None:
        self._outcomes, self._causes, self._stops = Counter[str](), Counter[Any](), Counter[str]()
        self._tokens, self._seen, self._outputs = Counter[Any](), set[str](), list[int]()

    def __enter__(self) -> "_Reading":
        Path("/proc/self/clear_refs").write_text("5")
        self._idle, self._before = _peak(), time.process_time()
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

    def told(self) -> dict[str, float]:
        count = self._outcomes.total()
        took = {"cpu_seconds": self._seconds, "idle_kib": self._idle, "peak_kib": _peak(), "lines": count}
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


def _from_file(path: str) -> dict[str, Any]:
    """Arguments for a client to which the file is the network."""
    import httpx2  # type: ignore[import-not-found]  # of the other environment

    client = httpx2.Client(transport=httpx2.MockTransport(lambda request: _answer(request, _pieces(path))))
    return {"base_url": "http://file.invalid", "http_client": client}


def _from_file_in_a_loop(path: str) -> dict[str, Any]:
    import httpx2

    async def pieces() -> AsyncIterator[bytes]:
        for piece in _pieces(path):
            yield piece

    async def answer(request: httpx2.Request) -> httpx2.Response:
        return _answer(request, pieces())

    client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    return {"base_url": "http://file.invalid", "http_client": client}


def _pieces(path: str) -> Iterator[bytes]:
    with Path(path).open("rb") as file:
        while piece := file.read(256 * 1024):
            yield piece


def _answer(request: Any, results: Iterator[bytes] | AsyncIterator[bytes]) -> Any:
    import httpx2

    if request.url.path.endswith("/results"):
        return httpx2.Response(200, content=results)
    return httpx2.Response(200, content=os.environ["BATCH_JSON"], headers={"content-type": "application/json"})


def _peak() -> int:
    """KiB, the largest so far of this program (proc(5), VmHWM)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    main(*sys.argv[1:3])
