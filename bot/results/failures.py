"""Which requests of a batch are worth sending again."""

from collections.abc import Collection, Iterator

import msgspec
from msgspec import Struct, field

from bot.results.causes import Cause, CauseKey, identify_cause
from bot.results.lines import Canceled, Errored, Expired, LineFault, MessagePart, ResultLine, Succeeded, Unreadable
from bot.results.reader import BrokenLine, ResultBlock, ResultReader
from bot.results.remedies import CANCELED, EXPIRED, find_remedy

MAX_CAUSES = 1_000
_MOST_SAMPLES = 3
_DECODER = msgspec.json.Decoder(ResultLine[MessagePart])
_OTHER = CauseKey("", "")


class FailedRequests(Struct):
    """The requests that did not succeed, by cause: fed with the results as they arrive.

    Of more than a thousand causes the later ones count as one without type and words, which is not retried by itself.
    """

    succeeded: int = 0
    unreadable: int = 0
    cut_off: bool = False
    """The file ends in the middle of a line: it was not read whole."""
    _reader: ResultReader[MessagePart] = field(default_factory=lambda: ResultReader(_DECODER))
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
    def causes(self) -> tuple[Cause, ...]:
        """All causes, largest first."""
        return tuple(self._causes())

    @property
    def permanent(self) -> tuple[Cause, ...]:
        """The causes that will come back as they were, largest first."""
        return tuple(cause for cause in self._causes() if not cause.retryable)

    def select_retryable(self, also: Collection[CauseKey] = ()) -> frozenset[str]:
        """The `custom_id`s of what failed retryably, and of the permanent causes that somebody wants included."""
        return frozenset(
            custom_id
            for key, ids in self._ids.items()
            if key in also or find_remedy(key.type, key.code).retryable
            for custom_id in ids
        )

    def select_cause(self, word: str) -> frozenset[str]:
        """The `custom_id`s of the causes that are called so: by their type, or one by its key's `short`."""
        return frozenset(custom_id for key, ids in self._ids.items() if key.matches(word) for custom_id in ids)

    def _causes(self) -> Iterator[Cause]:
        for key, ids in sorted(self._ids.items(), key=lambda pair: -len(pair[1])):
            yield Cause(key.type, key.message, len(ids), tuple(ids[:_MOST_SAMPLES]), key.code)

    def _add_all(self, read: Iterator[ResultBlock[MessagePart] | BrokenLine]) -> None:
        for piece in read:
            if isinstance(piece, BrokenLine):
                self.unreadable += 1
                self.cut_off = self.cut_off or piece.fault is LineFault.CUT_OFF
                continue
            for line in piece.parts:
                self._add(line)

    def _add(self, line: ResultLine[MessagePart]) -> None:
        match line.result:
            case Succeeded() | Unreadable():
                self.succeeded += 1
                return
            case Expired():
                key = CauseKey(EXPIRED, "")
            case Canceled():
                key = CauseKey(CANCELED, "")
            case Errored(error):
                key = identify_cause(error)
        if key not in self._ids and len(self._ids) >= MAX_CAUSES and key.type not in (EXPIRED, CANCELED):
            key = _OTHER
        self._ids.setdefault(key, []).append(line.custom_id)
