"""Reading a results file: our summary beside the official SDK, plain json, and counting newlines; CPU and memory."""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.result_lines import CONTENTS, Content, write_results
from bench.results_server import ended_batch, make_certificate
from bench.table import table

ROOT = Path(__file__).resolve().parent.parent
_SDK = "the official SDK's `results()`"
_SDKS = {_SDK: "sync", "its async client's": "async"}
_SOURCES = {"file": "a file", "plain": "loopback HTTP", "tls": "chunked over TLS"}
_TARGETS = {"file": 25, "plain": 12, "tls": 5}
_OUR_SUMMARY = "our summary"
# What reads, and how its bytes arrive over HTTP; the first is what the bot does.
_OURS = {
    _OUR_SUMMARY: ("summary", "aiohttp"),
    "our summary, through httpcore": ("summary", "httpcore"),
    "`json.loads` a line, through httpcore": ("json", "httpcore"),
    "newlines counted, through aiohttp": ("newlines", "aiohttp"),
}


@dataclass(frozen=True)
class Reading:
    """What reading a file once took: CPU seconds, and MiB at the most and above idle."""

    cpu: float
    peak: float
    above_idle: float
    lines: int


@dataclass(frozen=True)
class Bench:
    """Where things are, and how often each is done."""

    folder: Path
    count: int
    rounds: int
    sdk: Path | None


def main() -> None:
    """Measure, and print Markdown tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.results", description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sdk", type=Path, help="the Python of an environment with `anthropic` (BATCHDESK_BENCH_SDK)")
    chosen = parser.parse_args()
    with TemporaryDirectory(prefix="batchdesk-bench-") as folder:
        report(Bench(Path(folder), chosen.lines, chosen.rounds, _sdk_python(chosen.sdk)))


def report(bench: Bench) -> None:
    """Print all three tables."""
    large, small = bench.folder / "large.jsonl", bench.folder / "small.jsonl"
    size = write_results(large, bench.count)
    write_results(small, bench.count // 10)
    print(f"{bench.count:,} lines, {size / 1e6:.0f} MB, CPython {platform.python_version()}, {os.cpu_count()} cores.")
    print(f"CPU time of the reading process, median of {bench.rounds} turns; × is against the SDK.\n")
    if bench.sdk is None:
        print("No SDK: name the Python of an environment with `anthropic` by --sdk or BATCHDESK_BENCH_SDK.\n")
    with serving(large, bench.folder) as sources:
        readings = {name: _readings(bench, name, {"file": str(large), **sources}) for name in _names(bench)}
    with serving(small, bench.folder) as sources:
        few = _readings(bench, _OUR_SUMMARY, {"file": str(small), **sources})
    print(_speed_table(size, readings, _wc(large, bench.rounds)), "\n")
    print(_contents_table({content.__name__: _by_reader(bench, content) for content in CONTENTS}), "\n")
    print(_memory_table(bench, readings, few))


def _by_reader(bench: Bench, content: Content) -> dict[str, float]:
    """MB a CPU second of our summary and of the SDK, from a file whose messages all hold `content`."""
    path = bench.folder / "alike.jsonl"
    size = write_results(path, bench.count, [content])
    readers = [name for name in _names(bench) if name in (_OUR_SUMMARY, _SDK)]
    return {name: size / _readings(bench, name, {"file": str(path)})["file"].cpu / 1e6 for name in readers}


def _names(bench: Bench) -> list[str]:
    return [*_OURS, *_SDKS] if bench.sdk else list(_OURS)


def _readings(bench: Bench, name: str, sources: dict[str, str]) -> dict[str, Reading]:
    """By source, the reading of median CPU time."""
    return {
        kind: _median([_read(bench, name, source) for _ in range(bench.rounds)]) for kind, source in sources.items()
    }


def _median(readings: Sequence[Reading]) -> Reading:
    return sorted(readings, key=lambda reading: reading.cpu)[len(readings) // 2]


def _read(bench: Bench, name: str, source: str) -> Reading:
    environment = os.environ | {"SSL_CERT_FILE": str(bench.folder / "certificate.pem"), "no_proxy": "127.0.0.1"}
    environment["BATCH_JSON"] = json.dumps(ended_batch("http://file.invalid"))
    if name in _SDKS:
        command = [str(bench.sdk), str(ROOT / "bench" / "results_sdk.py"), source, _SDKS[name]]
    else:
        reader, transport = _OURS[name]
        command = [sys.executable, "-m", "bench.results_readers", reader, source, transport]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=environment)
    took = json.loads(done.stdout)
    peak, idle = took["peak_kib"] / 1024, took["idle_kib"] / 1024
    return Reading(took["cpu_seconds"], peak, peak - idle, took["lines"])


def _wc(path: Path, rounds: int) -> float:
    """CPU seconds of `wc -l`, start and end of the program included."""
    took = []
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(["wc", "-l", str(path)], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(took)


@contextmanager
def serving(results: Path, folder: Path) -> Iterator[dict[str, str]]:
    """A server of `results` while the block runs: its addresses by kind, TLS only where a certificate can be made."""
    certificate = make_certificate(folder)
    if certificate is None:
        print("No TLS: openssl could not make a certificate.\n")
    command = [sys.executable, "-m", "bench.results_server", str(results), *([str(certificate)] if certificate else [])]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        try:
            yield json.loads(server.stdout.readline())
        finally:
            server.stdin.close()


def _speed_table(size: int, readings: dict[str, dict[str, Reading]], wc_seconds: float) -> str:
    sdk = readings.get(_SDK, {})
    rows = [
        [name, *(_speed(size, took.get(kind), sdk.get(kind)) for kind in _SOURCES)] for name, took in readings.items()
    ]
    rows.append(["`wc -l`", f"{size / wc_seconds / 1e6:,.0f} MB/s" if wc_seconds else "too quick to say", "", ""])
    rows.append(["*to reach*", *(f"{_TARGETS[kind]} ×" for kind in _SOURCES)])
    return table(["MB a CPU second", *_SOURCES.values()], rows)


def _speed(size: int, took: Reading | None, sdk: Reading | None) -> str:
    if took is None:
        return "–"
    speed = f"{size / took.cpu / 1e6:,.0f} MB/s"
    return f"{speed} ({sdk.cpu / took.cpu:.1f} ×)" if sdk else speed


def _contents_table(speeds: dict[str, dict[str, float]]) -> str:
    rows = []
    for content, by_reader in speeds.items():
        ours, sdk = by_reader[_OUR_SUMMARY], by_reader.get(_SDK)
        cells = [f"{sdk:,.0f} MB/s", f"{ours / sdk:.1f} ×"] if sdk else ["–", "–"]
        rows.append([content.replace("_", " "), f"{ours:,.0f} MB/s", *cells])
    return table(["a file whose messages all hold", _OUR_SUMMARY, _SDK, "ratio"], rows)


def _memory_table(bench: Bench, readings: dict[str, dict[str, Reading]], few: dict[str, Reading]) -> str:
    rows = []
    for kind, most in readings[_OUR_SUMMARY].items():
        less = few[kind].above_idle
        rows.append([_SOURCES[kind], f"{less:.1f}", f"{most.above_idle:.1f}", f"{most.above_idle - less:+.1f}"])
    head = [
        f"{_OUR_SUMMARY}, MiB above idle at most",
        f"{bench.count // 10:,} lines",
        f"{bench.count:,} lines",
        "grows by",
    ]
    return table(head, [*rows, ["*to reach*", "20", "20", "5"]])


def _sdk_python(named: Path | None) -> Path | None:
    """The Python that can import the SDK: as named, or where `make sdk-check` puts it."""
    for python in (named, os.environ.get("BATCHDESK_BENCH_SDK"), ROOT / ".venv" / "sdk" / "bin" / "python"):
        if python and Path(python).exists():
            return Path(python)
    return None


if __name__ == "__main__":
    main()
