"""Check a file of requests, JSON Lines of up to 1 GB, before anything is sent: in one pass and in flat memory."""

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping

from msgspec import Struct

from bot.api.body_size import measure_body
from bot.api.json_lines import BLANKS, LineCutter, LongLine
from bot.requests.file_kinds import HEAD_BYTES, ForeignFileKind, identify_foreign_file
from bot.requests.frames import FramedLine, Frames
from bot.requests.id_lines import IdLines
from bot.requests.lines import MAX_CUSTOM_ID_LENGTH, RequestLine, find_envelope_faults, format_line, read_line
from bot.requests.params import ApiConstraints, ParamsChecker
from bot.requests.parts import PartPlanner, PlannedPart, add_up_sizes
from bot.requests.problems import (
    Findings,
    GroupedWarning,
    Problem,
    ProblemGroup,
    ProblemKind,
    RequestFault,
    WarningKind,
    group_problems,
)
from bot.requests.sizes import RequestSize, RequestSizes, measure_request

MAX_REQUESTS = 100_000
MAX_BODY_BYTES = 256_000_000
MAX_FILE_REQUESTS = 1_000_000
"""An own limit: ten batches, which are sent one after the other."""
MAX_FILE_BYTES = 1024 * 1024 * 1024
"""Slack takes files of up to 1 GB."""
MAX_REQUEST_LINE_BYTES = 32 * 1024 * 1024
"""The Messages API takes requests of up to 32 MB (docs.anthropic.com, Errors)."""

MAX_LINE_PROBLEMS = 20
"""Problems that are looked for in a line; further ones are not counted."""
MAX_SIZE_GROUPS = 10_000
"""Kinds of requests, by model, region and length, that an estimate adds up."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ENVELOPE_BYTES = len(format_line("", b""))


class Limits(Struct, frozen=True):
    """What a batch must keep to, and what a file of several batches must.

    Source: docs.anthropic.com, Message Batches, which doesn't say how large a MB is. A body that is too large is
    refused whole, so its MB are the smaller ones. A line that is too large fails alone.
    """

    requests: int = MAX_REQUESTS
    body_bytes: int = MAX_BODY_BYTES
    line_bytes: int = MAX_REQUEST_LINE_BYTES
    file_requests: int = MAX_FILE_REQUESTS
    file_bytes: int = MAX_FILE_BYTES


class CheckReport(Struct, frozen=True):
    """What a check found.

    Attributes:
        foreign: what the file is instead of JSON Lines; then nothing else of it was read.
        requests: lines that are requests or were meant to be.
        body_bytes: the exact size of one create body; if there are problems, of the lines that could be read.
        problems: the first thousand; with any problem the file must not be sent.
        totals: all problems by kind.
        warnings: what may turn out wrong, each with its number of lines.
        sizes: lengths by model, of the lines without problems.
        groups: the problems without repetition, in the order in which they were found.
        parts: the parts that become batches, if the file is too large for one.
        digest: the SHA-256 of the checked file; empty if there are problems.
    """

    foreign: ForeignFileKind | None
    requests: int
    body_bytes: int
    problems: tuple[Problem, ...]
    totals: Mapping[ProblemKind, int]
    warnings: tuple[GroupedWarning, ...]
    sizes: RequestSizes
    groups: tuple[ProblemGroup, ...] = ()
    parts: tuple[PlannedPart, ...] = ()
    digest: str = ""

    @property
    def problem_count(self) -> int:
        """The number of all problems, including those beyond the first ones."""
        return sum(self.totals.values())

    def list_groups(self) -> tuple[ProblemGroup, ...]:
        """Return the problems without repetition; of a report without groups, those of its recorded problems."""
        return self.groups or group_problems(self.problems)

    @property
    def is_sound(self) -> bool:
        """Whether the file may be sent, and its checked file is whole."""
        return self.foreign is None and not self.totals


class RequestChecker:
    """Check a file that is fed chunk by chunk; return its lines as they will be sent, until something is wrong.

    With `only`, requests with another `custom_id` are skipped, right or wrong.
    """

    def __init__(
        self, constraints: ApiConstraints, limits: Limits = Limits(), only: Container[str] | None = None
    ) -> None:
        self._params = ParamsChecker(constraints)
        self._frames = Frames(self._params)
        self._limits = limits
        self._only = only
        self._cutter = LineCutter(limits.line_bytes)
        self._findings = Findings()
        self._planner = PartPlanner(limits.requests, limits.body_bytes)
        self._head: bytes | None = b""  # None once the kind of file is known
        self._foreign: ForeignFileKind | None = None
        self._id_lines = IdLines()
        self._digest: hashlib._Hash | None = None
        self._number = 0  # of the current line
        self._requests = 0
        self._characters = 0

    def feed(self, chunk: bytes) -> bytes:
        """Return the requests that `chunk` completes, as lines of a checked file."""
        if self._head is not None:
            self._head += chunk
            if len(self._head) < HEAD_BYTES:
                return b""
            chunk = self._take_head()
        return self._hash(b"".join(self._check_lines(self._cutter.feed(chunk))))

    def finish(self) -> bytes:
        """Return the last request if no newline ended it; of a short file, all requests."""
        head = b"" if self._head is None else self._take_head()
        checked = [*self._check_lines(self._cutter.feed(head))]
        checked += self._check_lines(self._cutter.finish(), is_last=True)
        return self._hash(b"".join(checked))

    def give_up(self) -> CheckReport:
        """Return what was found so far, and that the file needs more memory than a check may use."""
        self._findings.add_file_problem(ProblemKind.FILE_TOO_COMPLEX)
        return self.result()

    def result(self) -> CheckReport:
        """Return what was found; call it after `finish`."""
        body_bytes = measure_body(self._requests, self._characters)
        limits = self._limits
        if self._requests > limits.file_requests:
            self._findings.add_file_problem(ProblemKind.TOO_MANY_REQUESTS, str(self._requests), limits.file_requests)
        if body_bytes > limits.file_bytes:
            self._findings.add_file_problem(ProblemKind.BODY_TOO_LARGE, str(body_bytes), limits.file_bytes)
        if not self._requests and not self._foreign and not self._findings.totals:
            self._findings.add_file_problem(ProblemKind.NO_REQUESTS)
        parts = self._planner.list_parts()
        return CheckReport(
            foreign=self._foreign,
            requests=self._requests,
            body_bytes=body_bytes,
            problems=tuple(self._findings.problems),
            totals=dict(self._findings.totals),
            warnings=self._findings.warnings,
            sizes=add_up_sizes(parts),
            groups=self._findings.groups,
            parts=parts if len(parts) > 1 and not self._findings.totals else (),
            digest=self._digest.hexdigest() if self._digest is not None and not self._findings.totals else "",
        )

    def _hash(self, checked: bytes) -> bytes:
        if self._digest is None:  # it cannot be sent to a process
            self._digest = hashlib.sha256()
        self._digest.update(checked)
        return checked

    def _take_head(self) -> bytes:
        """Find out what the file is; return its beginning without a byte order mark, nothing of a foreign file."""
        head = (self._head or b"").removeprefix(_BYTE_ORDER_MARK)
        self._head = None
        self._foreign = identify_foreign_file(head[:HEAD_BYTES])
        return head

    def _check_lines(self, cut: Iterable[list[bytes] | LongLine], *, is_last: bool = False) -> Iterator[bytes]:
        if self._foreign:
            return
        for group in cut:
            if isinstance(group, LongLine):
                self._number += 1
                self._reject_long(group)
                continue
            group.reverse()
            while group:  # a line may have 32 MB: nothing keeps a second copy of it
                self._number += 1
                line = group.pop()
                if (framed := self._find_frame(line)) is not None:
                    yield self._check_framed(framed)
                    continue
                text = line.lstrip(BLANKS)
                indent = len(line) - len(text)
                del line
                if text := text.rstrip(BLANKS):
                    yield self._check_line(text, indent, is_last=is_last)

    def _reject_long(self, line: LongLine) -> None:
        self._requests += 1
        self._characters += line.size
        fault = RequestFault(ProblemKind.TOO_LONG, value=line.opening, limit=self._limits.line_bytes)
        self._findings.add(self._number, fault)

    def _check_line(self, text: bytes, indent: int, *, is_last: bool) -> bytes:
        self._requests += 1
        if self._requests > self._limits.file_requests:  # the file is refused whatever else it holds
            self._characters += len(text)
            return b""
        read = read_line(text)
        if isinstance(read, RequestLine):
            return self._check_request(read)
        self._characters += len(text)
        if read.column is not None:
            read = read._replace(column=read.column + indent)
        was_cut = read.kind is ProblemKind.UNFINISHED_LINE and is_last
        self._findings.add(self._number, read._replace(kind=ProblemKind.CUT_OFF) if was_cut else read)
        return b""

    def _find_frame(self, line: bytes) -> FramedLine | None:
        """Return a line that needs no other check; learn the frame of one that does."""
        if self._requests >= self._limits.file_requests:
            return None
        framed = self._frames.match(line)
        if framed is None:
            self._frames.learn(line)
        return framed

    def _check_framed(self, framed: FramedLine) -> bytes:
        custom_id = framed.custom_id
        if self._only is not None and custom_id not in self._only:
            return b""
        self._requests += 1
        for fault in framed.frame.warnings:
            self._findings.add(self._number, fault)
        self._reject_repeated(custom_id)
        return self._accept(custom_id, framed.raw_params, framed.frame.size, framed.characters, framed.size)

    def _check_request(self, read: RequestLine) -> bytes:
        custom_id = read.custom_id if read.has_id else f"line-{self._number:06d}"
        if self._only is not None and not (isinstance(custom_id, str) and custom_id in self._only):
            self._requests -= 1
            return b""
        found = 0
        for fault in self._find_faults(read):
            self._findings.add(self._number, fault)
            found += not isinstance(fault.kind, WarningKind)
            if found == MAX_LINE_PROBLEMS:
                break
        if isinstance(custom_id, str) and len(custom_id) <= MAX_CUSTOM_ID_LENGTH:
            self._reject_repeated(custom_id)
        if found:
            self._characters += len(read.raw_params)
            return b""
        size = measure_request(read.params)
        read.params = None  # a line may have 32 MB, and its copy is made next
        return self._accept(custom_id, read.raw_params, size)

    def _accept(
        self, custom_id: str, raw_params: bytes | memoryview, size: RequestSize, characters: int = 0, tokens: int = 0
    ) -> bytes:
        """Add up a request without problems, and so many more characters and tokens; return its checked line."""
        sizes = self._planner.add_line(_ENVELOPE_BYTES + len(custom_id) + len(raw_params))
        most_groups = MAX_SIZE_GROUPS - self._planner.full_groups
        if (
            not sizes.add_size(size, characters, tokens, most_groups)
            and ProblemKind.FILE_TOO_COMPLEX not in self._findings.totals
        ):
            self._findings.add_file_problem(ProblemKind.FILE_TOO_COMPLEX)
        if self._findings.totals:
            self._characters += len(format_line(custom_id, b"")) - 1 + len(raw_params)
            return b""
        line = format_line(custom_id, raw_params)
        self._characters += len(line) - 1
        return line

    def _find_faults(self, read: RequestLine) -> Iterator[RequestFault]:
        if read.has_id:
            yield from find_envelope_faults(read)
        if isinstance(read.params, dict):
            yield from self._params.find_faults(read.params)

    def _reject_repeated(self, custom_id: str) -> None:
        first = self._id_lines.add(custom_id, self._number)
        if first is not None:
            fault = RequestFault(ProblemKind.CUSTOM_ID_TWICE, "custom_id", custom_id)
            self._findings.add(self._number, fault, first)
