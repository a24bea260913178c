"""Files made to exhaust the bot: they cost other tasks nothing, bounded memory, and are reported in a few problems."""

import asyncio
import base64
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

import pytest

from bot.requests.check import MAX_LINE_PROBLEMS, MAX_SIZE_GROUPS, CheckReport
from bot.requests.check_file import check_requests
from bot.requests.lines import MAX_VALUES
from bot.requests.params import ApiConstraints
from bot.requests.problems import ProblemKind, WarningKind
from tests.requests.request_lines import CONSTRAINTS, GOOD, check, line

MIB = 1024 * 1024


def messages_line(messages: bytes) -> bytes:
    """Return a line with these messages, which are the inside of an array."""
    start = b'{"custom_id":"a","params":{"model":"claude-haiku-4-5","max_tokens":1,"messages":['
    return start + messages + b"]}}\n"


def text_line(text: bytes) -> bytes:
    """Return a sound line whose only message has this text, which is the inside of a JSON string."""
    return messages_line(b'{"role":"user","content":"' + text + b'"}')


def list_files(folder: Path) -> list[Path]:
    """Return the files in a folder."""
    return list(folder.iterdir())


async def check_beside_others(file: bytes, checked_file: Path) -> tuple[CheckReport, int]:
    """Check a file; return also how many turns another task got meanwhile."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    with open_unnamed(file) as source:
        report = await check_requests(source, checked_file, CONSTRAINTS)
    task.cancel()
    return report, turns


@contextmanager
def open_unnamed(file: bytes) -> Iterator[IO[bytes]]:
    """Open a file with these bytes."""
    with tempfile.TemporaryFile() as source:
        source.write(file)
        source.flush()
        yield source


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(messages_line(b",".join([b"{}"] * 3_300_000)), id="10 MB of objects"),
        pytest.param(messages_line(b",".join([b"{}"] * 330_000)), id="1 MB of objects"),
        pytest.param(messages_line(b",".join([b"[]"] * 330_000)), id="arrays"),
        pytest.param(messages_line(b",".join([b"1"] * 330_000)), id="numbers"),
        pytest.param(messages_line(b",".join([b'""'] * 330_000)), id="strings"),
        pytest.param(b"{" + b",".join(b'"%d":1' % key for key in range(330_000)) + b"}\n", id="keys"),
        pytest.param(b'{"a":' * 330_000 + b"1" + b"}" * 330_000, id="depth"),
    ],
)
async def test_a_line_of_too_many_values_is_one_problem_and_delays_no_other_task(file: bytes, tmp_path: Path) -> None:
    report, turns = await check_beside_others(file, tmp_path / "checked")

    assert [(one.kind, one.line, one.limit) for one in report.problems] == [(ProblemKind.TOO_COMPLEX, 1, MAX_VALUES)]
    assert turns > 100
    assert list_files(tmp_path) == []


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        pytest.param(b"{}\n" * 100_000, ProblemKind.MISSING_KEY, id="short lines"),
        pytest.param(b"\n" * MIB, ProblemKind.NO_REQUESTS, id="blank lines"),
        pytest.param(b'\\"' * MIB, ProblemKind.NOT_JSON, id="escaped quotes"),
        pytest.param(b'"' * MIB, ProblemKind.CUT_OFF, id="quotes"),
        pytest.param(b'",' * MIB, ProblemKind.CUT_OFF, id="quotes with commas between"),
    ],
)
async def test_a_file_of_nothing_useful_delays_no_other_task(file: bytes, kind: ProblemKind, tmp_path: Path) -> None:
    report, turns = await check_beside_others(file, tmp_path / "checked")

    assert report.problems[0].kind in (kind, ProblemKind.TOO_COMPLEX)
    assert turns > 100


async def test_a_line_that_needs_too_much_memory_is_a_problem_of_its_file(tmp_path: Path) -> None:
    file = text_line("\N{GRINNING FACE}".encode() + b"x" * 31 * MIB)  # Python takes four bytes for each character

    report, _ = await check_beside_others(file, tmp_path / "checked")

    assert [one.kind for one in report.problems] == [ProblemKind.FILE_TOO_COMPLEX]
    assert list_files(tmp_path) == []


@pytest.mark.parametrize("text", [b"x" * 31 * MIB, b"\\n" * 12 * MIB + b"end", b"one, [two], {three}, " * 100_000])
async def test_a_long_text_with_any_signs_in_it_is_sound(text: bytes, tmp_path: Path) -> None:
    file = text_line(text)

    report, _ = await check_beside_others(file, tmp_path / "checked")

    assert report.is_sound
    assert (tmp_path / "checked").read_bytes() == file


@pytest.mark.parametrize("text", [b'",a', b"\xff", b"\t", b"\\ud800", b'","role":"user'])
async def test_a_fault_in_a_large_line_is_found_as_in_a_small_one(text: bytes, tmp_path: Path) -> None:
    small, _ = check(text_line(text))

    report, _ = await check_beside_others(text_line(b"x" * 2 * MIB + text), tmp_path / "checked")

    assert [one.kind for one in report.problems] == [one.kind for one in small.problems]


async def test_a_number_too_large_for_a_float_in_a_large_line_is_a_number(tmp_path: Path) -> None:
    file = line("a", GOOD | {"messages": [{"role": "user", "content": "x" * 2 * MIB}]})
    file = file.replace(b'"max_tokens": 64', b'"max_tokens": 64, "diagnostics": {"n": 1e999}')

    report, _ = await check_beside_others(file, tmp_path / "checked")

    assert report.is_sound


def test_only_the_first_problems_of_a_line_are_looked_for() -> None:
    report, _ = check(line("a", GOOD | {"messages": [{}] * 1000}) + line("b", GOOD | {"max_tokens": 0}))

    assert report.problem_count == MAX_LINE_PROBLEMS + 1
    assert report.problems[-1].line == 2


def test_warnings_hide_no_problem() -> None:
    unknown = {f"new_{number}": 1 for number in range(2 * MAX_LINE_PROBLEMS)}

    report, _ = check(line("a", {**unknown, **GOOD, "temperature": 3}))

    assert report.totals == {ProblemKind.OUT_OF_RANGE: 1}


def test_requests_of_too_many_kinds_are_one_problem() -> None:
    file = b"".join(line(f"r{number}", GOOD | {"inference_geo": str(number)}) for number in range(MAX_SIZE_GROUPS + 9))

    report, _ = check(file, ApiConstraints())

    assert [one.kind for one in report.problems] == [ProblemKind.FILE_TOO_COMPLEX]
    assert report.sizes.group_count == MAX_SIZE_GROUPS


async def test_a_check_that_is_canceled_ends_its_process_and_leaves_nothing(tmp_path: Path) -> None:
    part = tmp_path / "checked.part"
    os.mkfifo(part)  # it shows when the process opens it, and does not take all that the process writes
    with open_unnamed(b"".join(line(f"r{number}") for number in range(5_000))) as source:
        task = asyncio.create_task(check_requests(source, tmp_path / "checked", CONSTRAINTS))
        with await asyncio.to_thread(part.open, "rb"):
            task.cancel()

            with pytest.raises(asyncio.CancelledError):
                await task
    assert list_files(tmp_path) == []


async def test_a_disk_that_does_not_take_the_file_is_reported(tmp_path: Path) -> None:
    with open_unnamed(line("a") * 1000) as source, pytest.raises(FileNotFoundError):
        await check_requests(source, tmp_path / "no such folder" / "checked", CONSTRAINTS)


async def test_one_large_file_is_checked_at_a_time(tmp_path: Path) -> None:
    class Turn(asyncio.Semaphore):
        waited = 0

        async def acquire(self) -> Literal[True]:
            self.waited += self.locked()
            return await super().acquire()

    turn = Turn()
    with open_unnamed(text_line(b"x" * MIB)) as source:
        reports = await asyncio.gather(
            *(check_requests(source, tmp_path / str(name), CONSTRAINTS, turn=turn) for name in range(3))
        )

    assert all(report.is_sound for report in reports)
    assert turn.waited == 2


@pytest.mark.parametrize(("pages", "warned"), [(90, []), (101, [WarningKind.MANY_PAGES])])
async def test_the_pages_of_a_large_document_are_counted_in_the_same_memory(
    pages: int, warned: list[WarningKind], tmp_path: Path
) -> None:
    page = b"<< /Type /Page >>" + b"\0" * (22 * MIB // pages)
    document = base64.b64encode(b"%PDF-1.7 << /Type /Pages >>" + page * pages).decode()
    source = {"type": "base64", "media_type": "application/pdf", "data": document}
    content = [{"type": "document", "source": source}, {"type": "text", "text": "?"}]
    file = line("a", GOOD | {"messages": [{"role": "user", "content": content}]})

    report, _ = await check_beside_others(file, tmp_path / "checked")

    assert report.is_sound
    assert [one.kind for one in report.warnings] == warned
