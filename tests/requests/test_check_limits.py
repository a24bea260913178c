"""Large files of requests: the API's limits, and memory that does not grow with the file."""

import asyncio
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.api.errors import RequestsUnreadable
from bot.api.http import API_VERSION
from bot.requests.check import (
    MAX_BODY_BYTES,
    MAX_REQUEST_LINE_BYTES,
    Limits,
    RequestChecker,
)
from bot.requests.check_file import check_file, check_requests
from bot.requests.check_process import SourceUnreadable
from bot.requests.params import ApiConstraints
from bot.requests.problems import MAX_PROBLEMS, ProblemKind
from bot.requests.request_files import hash_file
from tests.requests.request_lines import CONSTRAINTS, GOOD, check, line

MIB = 1024 * 1024


def test_lines_beyond_the_limit_are_counted_and_not_read() -> None:
    file = b"".join(b'{"custom_id":"r%d"}\n' % number for number in range(3_000))

    checked, _ = check(file, limits=Limits(file_requests=1_100))

    first = checked.problems[0]
    assert (first.kind, first.value, first.limit) == (ProblemKind.TOO_MANY_REQUESTS, "3000", 1_100)
    assert first.line is None
    assert len(checked.problems) == MAX_PROBLEMS


def test_the_largest_allowed_number_of_requests_is_accepted() -> None:
    file = line("a") + line("b")

    at_limit, _ = check(file, limits=Limits(file_requests=2))
    over, _ = check(file + line("c"), limits=Limits(file_requests=2))

    assert at_limit.is_sound
    assert over.totals == {ProblemKind.TOO_MANY_REQUESTS: 1}


def test_the_body_is_measured_to_the_byte() -> None:
    file = line("a") + line("b")
    size = check(file)[0].body_bytes

    at_limit, _ = check(file, limits=Limits(file_bytes=size))
    over, _ = check(file, limits=Limits(file_bytes=size - 1))

    assert at_limit.is_sound
    assert (over.problems[0].kind, over.problems[0].value, over.problems[0].limit) == (
        ProblemKind.BODY_TOO_LARGE,
        str(size),
        size - 1,
    )


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def long_line(megabytes: int) -> Iterator[bytes]:
    yield line("before")
    for _ in range(megabytes):
        yield b"x" * MIB
    yield b"\n"
    yield line("after")


def test_one_line_of_200_megabytes_is_reported_in_bounded_memory() -> None:
    checker = RequestChecker(CONSTRAINTS)
    tracemalloc.start()

    for piece in long_line(200):
        checker.feed(piece)
    checker.finish()

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    checked = checker.result()
    assert peak < 2 * MAX_REQUEST_LINE_BYTES + 4 * MIB
    assert [(problem.kind, problem.line, problem.limit) for problem in checked.problems] == [
        (ProblemKind.TOO_LONG, 2, MAX_REQUEST_LINE_BYTES)
    ]
    assert checked.requests == 3


def test_memory_stays_flat_over_a_large_file() -> None:
    checker = RequestChecker(CONSTRAINTS)
    params = GOOD | {"messages": [{"role": "user", "content": "word " * 13_000}]}
    total = written = 0
    tracemalloc.start()

    while written < 64 * MIB:
        written += len(checker.feed(line(f"r{total}", params)))
        total += 1
    checker.finish()

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert checker.result().is_sound
    assert peak < 2 * MIB


def test_the_limits_are_the_documented_ones() -> None:
    assert (Limits().requests, Limits().body_bytes) == (100_000, 256_000_000) == (100_000, MAX_BODY_BYTES)
    assert (Limits().file_requests, Limits().file_bytes) == (1_000_000, 1024**3)


async def test_a_sound_file_leaves_a_checked_file_that_only_its_owner_can_read(tmp_path: Path) -> None:
    source = tmp_path / "requests.jsonl"
    checked_file = tmp_path / "checked"
    source.write_bytes(line("a") + line("b"))

    checked = await check_file(source, checked_file, CONSTRAINTS)

    assert checked.is_sound
    assert checked_file.read_bytes() == check(source.read_bytes())[1]
    assert checked_file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("file", [b"", b"x\n", line("a") + b"x"])
async def test_a_file_with_problems_leaves_no_checked_file(file: bytes, tmp_path: Path) -> None:
    source = tmp_path / "requests.jsonl"
    source.write_bytes(file)

    checked = await check_file(source, tmp_path / "checked", CONSTRAINTS)

    assert not checked.is_sound
    assert files_in(tmp_path) == [source]


@pytest.mark.parametrize("lines", [2, 20_000])
async def test_the_digest_is_that_of_the_checked_file(lines: int, tmp_path: Path) -> None:
    source = tmp_path / "requests.jsonl"
    source.write_bytes(b"".join(line(f"r{number}") for number in range(lines)))

    checked = await check_file(source, tmp_path / "checked", CONSTRAINTS)

    assert checked.digest == hash_file(tmp_path / "checked")


async def test_a_disk_that_does_not_return_the_file_is_reported(tmp_path: Path) -> None:
    write_only = (tmp_path / "requests.jsonl").open("wb")

    with write_only, pytest.raises(SourceUnreadable):
        await check_requests(write_only, tmp_path / "checked", CONSTRAINTS)


async def test_other_work_gets_its_turn_while_a_file_is_checked(tmp_path: Path) -> None:
    source = tmp_path / "requests.jsonl"
    turns = 0
    source.write_bytes(b"".join(line(f"r{number}") for number in range(20_000)))

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    checked = await check_file(source, tmp_path / "checked", CONSTRAINTS)
    task.cancel()

    assert checked.is_sound
    assert turns > 20


def test_the_checked_api_version_is_the_clients() -> None:
    assert ApiConstraints().version == API_VERSION


async def test_a_file_deleted_meanwhile_is_reported_and_leaves_no_checked_file(tmp_path: Path) -> None:
    with pytest.raises(RequestsUnreadable) as caught:
        await check_file(tmp_path / "gone.jsonl", tmp_path / "checked", CONSTRAINTS)

    assert caught.value.path == tmp_path / "gone.jsonl"
    assert files_in(tmp_path) == []
