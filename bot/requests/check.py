"""Checking a file of requests, JSON Lines of up to 256 MB, before anything is sent: in one pass and in flat memory."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Container, Mapping
from contextlib import aclosing
from pathlib import Path

from msgspec import Struct

from bot.api.create_body import measure_body
from bot.api.errors import RequestsUnreadable
from bot.requests.file_kinds import HEAD_BYTES, ForeignFileKind, identify_foreign_file
from bot.requests.line_cutter import LineCutter, LongLine, WholeLine
from bot.requests.lines import MAX_CUSTOM_ID_LENGTH, RequestLine, find_envelope_faults, format_line, read_line
from bot.requests.params import ApiConstraints, find_params_faults
from bot.requests.problems import Findings, GroupedWarning, Problem, ProblemKind, RequestFault, WarningKind
from bot.requests.request_files import write_whole
from bot.requests.sizes import RequestSizes

MAX_REQUESTS = 100_000
MAX_BODY_BYTES = 256 * 1024 * 1024
MAX_REQUEST_LINE_BYTES = 32 * 1024 * 1024
"""Bytes. The Messages API takes requests of up to 32 MB (docs.anthropic.com, Errors)."""

_MARK = b"\xef\xbb\xbf"
_PIECE = 64 * 1024


class Limits(Struct, frozen=True):
    """What a file is held to. Source: docs.anthropic.com, Message Batches; MB are read as 2**20 bytes."""

    requests: int = MAX_REQUESTS
    body_bytes: int = MAX_BODY_BYTES
    line_bytes: int = MAX_REQUEST_LINE_BYTES


class CheckedFile(Struct, frozen=True):
    """What a check found.

    Attributes:
        foreign: what the file is instead of JSON Lines; then nothing else of it was read.
        requests: lines that are requests or were meant to be.
        body_bytes: the exact size of the create body; of what could be read, where there are problems.
        problems: the first ten thousand; anything here means that the file is not to be sent.
        totals: all problems by kind.
        warnings: what may turn out wrong, each with its number of lines.
        sizes: lengths by model, of the lines without problems.
    """

    foreign: ForeignFileKind | None
    requests: int
    body_bytes: int
    problems: tuple[Problem, ...]
    totals: Mapping[ProblemKind, int]
    warnings: tuple[GroupedWarning, ...]
    sizes: RequestSizes

    @property
    def problem_count(self) -> int:
        """How many problems there are, with those beyond the first ones."""
        return sum(self.totals.values())

    @property
    def is_sound(self) -> bool:
        """The file may be sent, and its spool is whole."""
        return self.foreign is None and not self.totals


class RequestChecker:
    """Checks what is fed to it piece by piece; gives the lines back as they will be sent, until something is wrong.

    With `only` nothing but the requests with these `custom_id`s is meant: all others are passed over, right or wrong.
    """

    def __init__(self, how: ApiConstraints, limits: Limits = Limits(), only: Container[str] | None = None) -> None:
        self._how, self._limits, self._only = how, limits, only
        self._cutter = LineCutter(limits.line_bytes)
        self._findings, self._sizes = Findings(), RequestSizes()
        self._head: bytes | None = b""  # None once it has been looked at
        self._foreign: ForeignFileKind | None = None
        self._line_of_id: dict[str, int] = {}
        self._requests = self._characters = 0

    def feed(self, chunk: bytes) -> bytes:
        """The requests that `chunk` completes, as lines of a spool."""
        if self._head is not None:
            self._head += chunk
            if len(self._head) < HEAD_BYTES:
                return b""
            chunk = self._opened()
        return b"" if self._foreign else b"".join(map(self._checked, self._cutter.feed(chunk)))

    def finish(self) -> bytes:
        """The last request, if no newline ended it; all of them, if the file was a short one."""
        head = b"" if self._head is None else self._opened()
        if self._foreign:
            return b""
        rest = [*self._cutter.feed(head), *self._cutter.finish()]
        return b"".join(map(self._checked, rest))

    def result(self) -> CheckedFile:
        """What was found, once all was fed and finished."""
        body = measure_body(self._requests, self._characters)
        findings, limits = self._findings, self._limits
        if self._requests > limits.requests:
            findings.add_file_problem(ProblemKind.TOO_MANY_REQUESTS, str(self._requests), limits.requests)
        if body > limits.body_bytes:
            findings.add_file_problem(ProblemKind.BODY_TOO_LARGE, str(body), limits.body_bytes)
        if not self._requests and not self._foreign:
            findings.add_file_problem(ProblemKind.NO_REQUESTS)
        problems, totals = tuple(findings.problems), dict(findings.totals)
        return CheckedFile(self._foreign, self._requests, body, problems, totals, findings.warnings, self._sizes)

    def _opened(self) -> bytes:
        """The beginning of the file without its mark, after a look at what it is."""
        head, self._head = (self._head or b"").removeprefix(_MARK), None
        self._foreign = identify_foreign_file(head[:HEAD_BYTES])
        return head

    def _checked(self, line: WholeLine | LongLine) -> bytes:
        self._requests += 1
        if isinstance(line, LongLine):
            self._characters += line.size
            fault = RequestFault(ProblemKind.TOO_LONG, value=line.opening, limit=self._limits.line_bytes)
            self._findings.add(line.number, fault)
            return b""
        read = read_line(line.text)
        if isinstance(read, RequestLine):
            return self._request(line.number, read)
        self._characters += len(line.text)
        was_cut = read.kind is ProblemKind.NOT_JSON and not line.ended
        self._findings.add(line.number, read._replace(kind=ProblemKind.CUT_OFF) if was_cut else read)
        return b""

    def _request(self, number: int, read: RequestLine) -> bytes:
        custom_id = read.custom_id if read.has_id else f"line-{number:06d}"
        if self._only is not None and not (isinstance(custom_id, str) and custom_id in self._only):
            self._requests -= 1
            return b""
        faults = [] if not read.has_id else list(find_envelope_faults(read))
        if isinstance(read.params, dict):
            faults += find_params_faults(read.params, self._how)
        for fault in faults:
            self._findings.add(number, fault)
        if isinstance(custom_id, str) and len(custom_id) <= MAX_CUSTOM_ID_LENGTH:
            self._refuse_twice(number, custom_id)
        if any(not isinstance(fault.kind, WarningKind) for fault in faults):
            self._characters += len(read.raw_params)
            return b""
        self._sizes.add(read.params)
        spooled = format_line(custom_id, read.raw_params)
        self._characters += len(spooled) - 1
        return b"" if self._findings.totals else spooled

    def _refuse_twice(self, number: int, custom_id: str) -> None:
        first = self._line_of_id.get(custom_id)
        if first is not None:
            self._findings.add(number, RequestFault(ProblemKind.CUSTOM_ID_TWICE, "custom_id", custom_id), first)
        elif len(self._line_of_id) < self._limits.requests:
            self._line_of_id[custom_id] = number


async def check_requests(
    chunks: AsyncIterator[bytes],
    spool: Path,
    how: ApiConstraints,
    limits: Limits = Limits(),
    only: Container[str] | None = None,
) -> CheckedFile:
    """Check a file as it arrives, and write it to `spool` as it will be sent; without a sound file there is no spool.

    `only`: as RequestChecker has it. Other work gets its turn after each 64 KiB. Whatever `chunks` raises goes
    through, and leaves no spool.
    """
    checker = RequestChecker(how, limits, only)
    with write_whole(spool) as file:
        async for chunk in chunks:
            for start in range(0, len(chunk), _PIECE):
                file.write(checker.feed(chunk[start : start + _PIECE]))
                await asyncio.sleep(0)
        file.write(checker.finish())
    checked = checker.result()
    if not checked.is_sound:
        await asyncio.to_thread(spool.unlink)
    return checked


async def check_file(path: Path, spool: Path, how: ApiConstraints, limits: Limits = Limits()) -> CheckedFile:
    """Check a file on disk, as `check_requests` does.

    Raises:
        RequestsUnreadable: the file is not there, or was taken away while it was read.
    """
    async with aclosing(_chunks_of(path)) as chunks:
        return await check_requests(chunks, spool, how, limits)


async def _chunks_of(path: Path) -> AsyncGenerator[bytes, None]:
    """The bytes of the file, read beside the event loop."""
    try:
        with await asyncio.to_thread(path.open, "rb") as file:
            while chunk := await asyncio.to_thread(file.read, 4 * _PIECE):
                yield chunk
    except OSError as error:
        raise RequestsUnreadable(path, error.strerror or type(error).__name__) from error
