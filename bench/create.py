"""Measure the check of a file of requests against `json` for each line and pydantic models of the whole file.

`python -m bench.create [LINES]` prints Markdown tables of CPU ratios and peak memory: of realistic lines, and of files
whose lines are all of one kind. Each contender is a process of its own, because the peak memory of a process never
goes down.
"""

import asyncio
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bench.request_files import KINDS, write_requests
from bench.table import format_table
from bot.api.model_catalog import ModelCatalog, ModelInfo
from bot.requests.check_file import check_file
from bot.requests.params import ApiConstraints

LINES = 100_000
ROUNDS = 3
_NAMES = {
    "nothing": "reading the bytes only",
    "json": "`json.loads` for each line: JSON, keys, `custom_id`s",
    "pydantic": "pydantic models of the whole",
    "ours": "ours: every check of a batch, and the checked file written",
}


def count_lines(path: Path) -> int:
    """Count the lines."""
    with path.open("rb") as file:
        return sum(1 for _ in file)


def check_with_json(path: Path) -> int:
    """Check what a short script would: JSON, the two keys, the pattern, and repeated ids."""
    seen: set[str] = set()
    pattern = re.compile(r"[a-zA-Z0-9_-]{1,64}")
    with path.open("rb") as file:
        for line in file:
            request = json.loads(line)
            assert request.keys() == {"custom_id", "params"}
            assert pattern.fullmatch(request["custom_id"])
            assert request["custom_id"] not in seen
            seen.add(request["custom_id"])
    return len(seen)


class _Block(BaseModel):
    model_config = ConfigDict(extra="allow")

    type: str
    text: Annotated[str, Field(min_length=1)] | None = None


class _Message(BaseModel):
    role: Annotated[str, Field(pattern="^(user|assistant)$")]
    content: Annotated[str, Field(min_length=1)] | list[_Block]


class _Params(BaseModel):
    model_config = ConfigDict(extra="allow")

    model: str
    max_tokens: Annotated[int, Field(ge=1)]
    messages: Annotated[list[_Message], Field(min_length=1)]
    system: str | list[_Block] | None = None


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")

    custom_id: Annotated[str, Field(pattern="^[a-zA-Z0-9_-]{1,64}$")]
    params: _Params


def check_with_pydantic(path: Path) -> int:
    """Check what a service would: models of all the requests at once."""
    body = b"[" + path.read_bytes().rstrip(b"\n").replace(b"\n", b",") + b"]"
    requests = TypeAdapter(list[_Request]).validate_json(body)
    assert len({request.custom_id for request in requests}) == len(requests)
    return len(requests)


def check_with_bot(path: Path) -> int:
    """Check what the bot does."""
    models = ("claude-haiku-4-5-20251001", "claude-sonnet-4-6", "claude-opus-5", "claude-haiku-5-5")
    catalog = ModelCatalog.from_models(ModelInfo(id=name, max_tokens=64_000) for name in models)
    checked = asyncio.run(check_file(path, path.with_suffix(".checked"), ApiConstraints(catalog)))
    assert checked.is_sound, checked.problems
    return checked.requests


_CONTENDERS = {"nothing": count_lines, "json": check_with_json, "pydantic": check_with_pydantic, "ours": check_with_bot}


def measure(name: str, path: Path) -> None:
    """Run one contender in this process, and print its CPU and wall-clock seconds and peak MiB as JSON.

    The peak is of this process, and of the one that checks, all of it.
    """
    cpu_before = _measure_cpu()
    wall_before = time.perf_counter()
    lines = _CONTENDERS[name](path)
    cpu = _measure_cpu() - cpu_before
    wall = time.perf_counter() - wall_before
    own, checker = (
        resource.getrusage(process).ru_maxrss / 1024 for process in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    measured = {"lines": lines, "cpu": cpu, "wall": wall, "own": own, "checker": checker}
    sys.stdout.write(json.dumps(measured))


def _measure_cpu() -> float:
    """Return the CPU seconds of this process and of those that it has waited for, as the check is one of these."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _run(name: str, path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.create", "--measure", name, str(path)]
    measured: dict[str, Any] = json.loads(
        subprocess.run(command, check=True, capture_output=True, env=os.environ).stdout
    )
    return measured


def main(lines: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="batchdesk-bench-") as folder:
        path = Path(folder, "requests.jsonl")
        single = Path(folder, "single.jsonl")
        size = write_requests(path, lines) / 1e6
        write_requests(single, 1)
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in _CONTENDERS}
        for _ in range(ROUNDS):
            for name, several in runs.items():
                several.append(_run(name, path))
        floor = {name: _run(name, single)["own"] for name in _CONTENDERS}
        kinds = {kind: _compare_kind(Path(folder, "kind.jsonl"), lines // 10, kind) for kind in KINDS}
    base = median(one["cpu"] for one in runs["json"])
    rows = []
    for name, several in runs.items():
        assert {one["lines"] for one in several} == {lines}
        cpu, wall = (median(one[key] for one in several) for key in ("cpu", "wall"))
        peak = max(one["own"] + one["checker"] for one in several) - floor[name]
        rows.append(
            [_NAMES[name], f"{cpu:.2f}", f"{cpu / base:.2f}", f"{size / cpu:.0f}", f"{wall:.2f}", f"{peak:.0f}"]
        )
    print(
        f"Checking {lines:,} requests, {size:.0f} MB; medians of {ROUNDS}. Peak memory above idle, checker included.\n"
    )
    print(format_table(("", "CPU s", "× json", "MB a CPU s", "wall s", "peak MiB"), rows))
    print(f"\nThe check of {lines // 10:,} requests of one kind, without the start of its process.\n")
    print(
        format_table(("a file whose requests all have", "MB", "× json"), [[kind, *row] for kind, row in kinds.items()])
    )


def _compare_kind(path: Path, lines: int, kind: str) -> list[str]:
    """Return the MB of a file of a kind, and the CPU of its check against `json`."""
    size = write_requests(path, lines, kind) / 1e6
    start = _run("ours", _write_start(path.with_name("start.jsonl")))["cpu"]
    ours, base = (median(_run(name, path)["cpu"] for _ in range(ROUNDS)) for name in ("ours", "json"))
    return [f"{size:.0f}", f"{(ours - start) / base:.2f}"]


def _write_start(path: Path) -> Path:
    """Write a file that is just large enough for a process of its own."""
    write_requests(path, 40)
    return path


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else LINES)
