"""Measure CPU and memory of reading a results file: our summary, the official SDK, json, and counting newlines."""

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
from bench.results_server import build_batch, make_certificate
from bench.table import format_table, judge_least, judge_most

ROOT = Path(__file__).resolve().parent.parent
_SDK = "the official SDK's `results()`"
_SDKS = {_SDK: "sync", "its async client's": "async"}
_SOURCES = {"file": "a file", "plain": "loopback HTTP", "tls": "chunked over TLS"}
_TARGETS = {"file": 25, "plain": 12, "tls": 5}
_OUR_SUMMARY = "our summary"
# The reader, and the transport of its bytes over HTTP; the bot does the first.
_OURS = {
    _OUR_SUMMARY: ("summary", "aiohttp"),
    "our summary, through httpcore": ("summary", "httpcore"),
    "`json.loads` a line, through httpcore": ("json", "httpcore"),
    "newlines counted, through aiohttp": ("newlines", "aiohttp"),
}


@dataclass(frozen=True)
class Measurement:
    """What one reading of a file took: CPU seconds, peak MiB, peak MiB above idle, and the lines read."""

    cpu: float
    peak: float
    above_idle: float
    lines: int


@dataclass(frozen=True)
class Bench:
    """The folder of the files, the number of lines and rounds, and the Python that has the SDK."""

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
    options = parser.parse_args()
    with TemporaryDirectory(prefix="batchdesk-bench-") as folder:
        print_report(Bench(Path(folder), options.lines, options.rounds, _find_sdk_python(options.sdk)))


def print_report(bench: Bench) -> None:
    """Print all three tables."""
    large = bench.folder / "large.jsonl"
    small = bench.folder / "small.jsonl"
    size = write_results(large, bench.count)
    write_results(small, bench.count // 10)
    print(f"{bench.count:,} lines, {size / 1e6:.0f} MB, CPython {platform.python_version()}, {os.cpu_count()} cores.")
    print(f"CPU time of the reading process, median of {bench.rounds} turns; × is against the SDK.\n")
    if bench.sdk is None:
        print("No SDK: name the Python of an environment with `anthropic` by --sdk or BATCHDESK_BENCH_SDK.\n")
    with serve_results(large, bench.folder) as sources:
        measurements = {name: _measure_sources(bench, name, {"file": str(large), **sources}) for name in _names(bench)}
    with serve_results(small, bench.folder) as sources:
        few = _measure_sources(bench, _OUR_SUMMARY, {"file": str(small), **sources})
    print(_speed_table(size, measurements, _measure_wc(large, bench.rounds)), "\n")
    print(
        _contents_table(
            {content.__name__.removeprefix("make_"): _compare_readers(bench, content) for content in CONTENTS}
        ),
        "\n",
    )
    print(_memory_table(bench, measurements, few))


def _compare_readers(bench: Bench, content: Content) -> dict[str, float]:
    """Return the MB per CPU second of our summary and the SDK, for a file whose messages all have `content`."""
    path = bench.folder / "alike.jsonl"
    size = write_results(path, bench.count, [content])
    readers = [name for name in _names(bench) if name in (_OUR_SUMMARY, _SDK)]
    return {name: size / _measure_sources(bench, name, {"file": str(path)})["file"].cpu / 1e6 for name in readers}


def _names(bench: Bench) -> list[str]:
    return [*_OURS, *_SDKS] if bench.sdk else list(_OURS)


def _measure_sources(bench: Bench, name: str, sources: dict[str, str]) -> dict[str, Measurement]:
    """Return, by source, the measurement with the median CPU time."""
    return {
        kind: _median([_measure(bench, name, source) for _ in range(bench.rounds)]) for kind, source in sources.items()
    }


def _median(measurements: Sequence[Measurement]) -> Measurement:
    return sorted(measurements, key=lambda measurement: measurement.cpu)[len(measurements) // 2]


def _measure(bench: Bench, name: str, source: str) -> Measurement:
    environment = os.environ | {"SSL_CERT_FILE": str(bench.folder / "certificate.pem"), "no_proxy": "127.0.0.1"}
    environment["BATCH_JSON"] = json.dumps(build_batch("http://file.invalid"))
    if name in _SDKS:
        command = [str(bench.sdk), str(ROOT / "bench" / "results_sdk.py"), source, _SDKS[name]]
    else:
        reader, transport = _OURS[name]
        command = [sys.executable, "-m", "bench.results_readers", reader, source, transport]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=environment)
    took = json.loads(done.stdout)
    peak = took["peak_kib"] / 1024
    idle = took["idle_kib"] / 1024
    return Measurement(took["cpu_seconds"], peak, peak - idle, took["lines"])


def _measure_wc(path: Path, rounds: int) -> float:
    """Return the CPU seconds of `wc -l`, including its start and end."""
    took = []
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(["wc", "-l", str(path)], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(took)


@contextmanager
def serve_results(results: Path, folder: Path) -> Iterator[dict[str, str]]:
    """Serve `results` while the block runs; yield its addresses by kind, TLS only if openssl makes a certificate."""
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


def _speed_table(size: int, measurements: dict[str, dict[str, Measurement]], wc_seconds: float) -> str:
    sdk = measurements.get(_SDK, {})
    rows = [
        [name, *(_speed(size, took.get(kind), sdk.get(kind), least.get(kind)) for kind in _SOURCES)]
        for name, took in measurements.items()
        for least in [_TARGETS if name == _OUR_SUMMARY else {}]
    ]
    rows.append(["`wc -l`", f"{size / wc_seconds / 1e6:,.0f} MB/s" if wc_seconds else "too quick to say", "", ""])
    return format_table(["MB a CPU second", *_SOURCES.values()], rows)


def _speed(size: int, took: Measurement | None, sdk: Measurement | None, least: float | None) -> str:
    if took is None:
        return "–"
    speed = f"{size / took.cpu / 1e6:,.0f} MB/s"
    if sdk is None:
        return speed
    times = sdk.cpu / took.cpu
    return f"{speed}, {times:.1f} ×{f' {judge_least(times, least)}' if least else ''}"


def _contents_table(speeds: dict[str, dict[str, float]]) -> str:
    rows = []
    for content, by_reader in speeds.items():
        ours = by_reader[_OUR_SUMMARY]
        sdk = by_reader.get(_SDK)
        cells = [f"{sdk:,.0f} MB/s", f"{ours / sdk:.1f} ×"] if sdk else ["–", "–"]
        rows.append([content.replace("_", " "), f"{ours:,.0f} MB/s", *cells])
    return format_table(["a file whose messages all hold", _OUR_SUMMARY, _SDK, "ratio"], rows)


def _memory_table(bench: Bench, measurements: dict[str, dict[str, Measurement]], few: dict[str, Measurement]) -> str:
    rows = []
    for kind, most in measurements[_OUR_SUMMARY].items():
        less = few[kind].above_idle
        grown = most.above_idle - less
        above = (f"{each:.1f} {judge_most(each, 20)}" for each in (less, most.above_idle))
        rows.append([_SOURCES[kind], *above, f"{grown:+.1f} {judge_most(grown, 5)}"])
    head = [
        f"{_OUR_SUMMARY}, MiB above idle at most",
        f"{bench.count // 10:,} lines",
        f"{bench.count:,} lines",
        "grows by",
    ]
    return format_table(head, rows)


def _find_sdk_python(named: Path | None) -> Path | None:
    """Return the Python that can import the SDK: as named, or where `make sdk-check` installs it."""
    for python in (named, os.environ.get("BATCHDESK_BENCH_SDK"), ROOT / ".venv" / "sdk" / "bin" / "python"):
        if python and Path(python).exists():
            return Path(python)
    return None


if __name__ == "__main__":
    main()
