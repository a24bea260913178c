"""The official SDK reading results, run by the Python of an environment that has it and need not have ours."""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

BATCH_ID = "msgbatch_01benchresults0000000000"


def main(source: str) -> None:
    """Read `source` (a base URL or a path) to its end and print what it took as JSON."""
    from anthropic import Anthropic  # type: ignore[import-not-found]  # of the other environment

    client = Anthropic(api_key="sk-bench", **({"base_url": source} if "://" in source else _from_file(source)))
    Path("/proc/self/clear_refs").write_text("5")
    idle, before = _peak(), time.process_time()
    told = _sum_up(client.messages.batches.results(BATCH_ID))
    seconds = time.process_time() - before
    print(json.dumps({"cpu_seconds": seconds, "idle_kib": idle, "peak_kib": _peak()} | told))


def _sum_up(results: Iterator[Any]) -> dict[str, float]:
    """The sums of our summary, but for prices and the wording of causes."""
    outcomes, causes, stops, tokens = Counter[str](), Counter[Any](), Counter[str](), Counter[Any]()
    seen, outputs = set[str](), list[int]()
    for line in results:
        seen.add(line.custom_id)
        outcomes[line.result.type] += 1
        if line.result.type == "succeeded":
            message = line.result.message
            stops[message.stop_reason] += 1
            outputs.append(message.usage.output_tokens)
            _add_tokens(tokens, (message.model, message.usage.inference_geo), message.usage)
        elif line.result.type == "errored":
            causes[line.result.error.error.type, line.result.error.error.message] += 1
    count = outcomes.total()
    return {"lines": count, "duplicates": count - len(seen), "median": median(outputs), "largest": max(outputs)}


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

    def pieces() -> Iterator[bytes]:
        with Path(path).open("rb") as file:
            while piece := file.read(256 * 1024):
                yield piece

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/results"):
            return httpx2.Response(200, content=pieces())
        return httpx2.Response(200, content=os.environ["BATCH_JSON"], headers={"content-type": "application/json"})

    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    return {"base_url": "http://file.invalid", "http_client": client}


def _peak() -> int:
    """KiB, the largest so far of this program (proc(5), VmHWM)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    main(sys.argv[1])
