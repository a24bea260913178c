"""Which requests of a batch are worth sending again, and what came of a family of batches in the end."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import msgspec

from bot.batches.causes import Cause, CauseKey, generalize
from bot.batches.line_reader import Block, BrokenLine, LineReader
from bot.batches.remedies import CANCELED, EXPIRED, remedy_of
from bot.batches.result_parts import Canceled, Errored, Expired, MessagePart, ResultLine, Succeeded

MOST_CAUSES = 1_000
_MOST_SAMPLES = 3
_PIECE = 256 * 1024
_DECODER = msgspec.json.Decoder(ResultLine[MessagePart])
_OTHER = CauseKey("", "")


@dataclass
class Failures:
    """The requests that did not succeed, by cause: fed with the results as they arrive.

    Of more than a thousand causes the later ones count as one without type and words, which is not retried by itself.
    """

    succeeded: int = 0
    unreadable: int = 0
    _reader: LineReader[MessagePart] = field(default_factory=lambda: LineReader(_DECODER))
    _ids: dict[CauseKey, list[str]] = field(default_factory=dict)

    def feed(self, chunk: bytes) -> None:
        """Take in a piece of a results file."""
        self._add_all(self._reader.feed(chunk))

    def finish(self) -> None:
        """Take in the end of the file."""
        self._add_all(self._reader.finish())

    @property
    def retryable(self) -> tuple[Cause, ...]:
        """The causes after which the same request may well succeed (overload, expired, canceled …), largest first."""
        return tuple(cause for cause in self._causes() if cause.retryable)

    @property
    def permanent(self) -> tuple[Cause, ...]:
        """The causes that will come back as they were, largest first."""
        return tuple(cause for cause in self._causes() if not cause.retryable)

    def chosen(self, also: Collection[CauseKey] = ()) -> frozenset[str]:
        """The `custom_id`s of what failed retryably, and of the permanent causes that somebody wants included."""
        return frozenset(
            custom_id
            for key, ids in self._ids.items()
            if key in also or remedy_of(key.type).retryable
            for custom_id in ids
        )

    def chosen_only(self, key: CauseKey) -> frozenset[str]:
        """The `custom_id`s of one cause."""
        return frozenset(self._ids.get(key, ()))

    def _causes(self) -> Iterator[Cause]:
        for key, ids in sorted(self._ids.items(), key=lambda pair: -len(pair[1])):
            yield Cause(key.type, key.message, len(ids), tuple(ids[:_MOST_SAMPLES]))

    def _add_all(self, read: Iterator[Block[MessagePart] | BrokenLine]) -> None:
        for piece in read:
            if isinstance(piece, BrokenLine):
                self.unreadable += 1
                continue
            for line in piece.parts:
                self._add(line)

    def _add(self, line: ResultLine[MessagePart]) -> None:
        match line.result:
            case Succeeded():
                self.succeeded += 1
                return
            case Expired():
                key = CauseKey(EXPIRED, "")
            case Canceled():
                key = CauseKey(CANCELED, "")
            case Errored(error):
                key = CauseKey(error.real.type, generalize(error.real.message or "")) if error else _OTHER
        if key not in self._ids and len(self._ids) >= MOST_CAUSES and key.type not in (EXPIRED, CANCELED):
            key = _OTHER
        self._ids.setdefault(key, []).append(line.custom_id)


class _Place(NamedTuple):
    """Which file, which line of it, and whether that is a success."""

    file: int
    line: int
    succeeded: bool


@dataclass
class Family:
    """The results of a batch and of those that retried it, as one file: a line for each `custom_id`.

    The last success wins; where nothing succeeded, the last outcome. Files are added from parent to youngest child, and
    read a second time by `lines`. In memory there is a place for each `custom_id`, and no results.
    """

    unreadable: int = 0
    _files: list[Path] = field(default_factory=list)
    _winners: dict[str, _Place] = field(default_factory=dict)

    def add(self, results: Path) -> None:
        """Take in a results file.

        Raises:
            OSError: it cannot be read.
        """
        number = len(self._files)
        self._files.append(results)
        for index, (part, _) in enumerate(_result_lines(results)):
            if part is None:
                self.unreadable += 1
                continue
            place = _Place(number, index, isinstance(part.result, Succeeded))
            before = self._winners.get(part.custom_id)
            if before is None or place.succeeded or not before.succeeded:
                self._winners[part.custom_id] = place

    @property
    def requests(self) -> int:
        """How many requests there are, each counted once."""
        return len(self._winners)

    @property
    def succeeded(self) -> int:
        """How many of them succeeded in the end."""
        return sum(place.succeeded for place in self._winners.values())

    def lines(self) -> Iterator[bytes]:
        """The winning lines, each with its newline, byte for byte as they came.

        Raises:
            OSError: a file cannot be read any more.
        """
        for number, path in enumerate(self._files):
            for index, (part, raw) in enumerate(_result_lines(path)):
                winner = self._winners.get(part.custom_id) if part else None
                if winner and winner[:2] == (number, index):
                    yield raw.strip(b"\r\n") + b"\n"


def _result_lines(path: Path) -> Iterator[tuple[ResultLine[MessagePart] | None, bytes]]:
    """Each line that is not blank, decoded and raw; None for one that is no result."""
    reader = LineReader(_DECODER)
    with path.open("rb") as file:
        while chunk := file.read(_PIECE):
            yield from _pairs(reader.feed(chunk))
    yield from _pairs(reader.finish())


def _pairs(
    read: Iterator[Block[MessagePart] | BrokenLine],
) -> Iterator[tuple[ResultLine[MessagePart] | None, bytes]]:
    for piece in read:
        if isinstance(piece, BrokenLine):
            yield None, b""
        else:
            yield from zip(piece.parts, piece.raws, strict=True)
