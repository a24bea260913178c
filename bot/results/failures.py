"""Find the requests of a batch that are worth sending again."""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct, field

from bot.results.causes import MAX_CAUSES, MAX_SAMPLES, Cause, CauseKey, SharedWords, identify_cause
from bot.results.lines import Canceled, Errored, Expired, LineFault, MessagePart, ResultLine, Succeeded, Unreadable
from bot.results.reader import BrokenLine, ResultBlock, ResultReader
from bot.results.remedies import CANCELED, EXPIRED
from bot.results.stops import RETRYABLE_STOPS

_DECODER = msgspec.json.Decoder(ResultLine[MessagePart])
_OTHER = CauseKey("", "")
"""The cause of all failures beyond `MAX_CAUSES`; it is not retried unless someone asks for it."""


class FailedRequests(Struct):
    """The requests that did not succeed, by cause, from results that are fed as they arrive."""

    succeeded: int = 0
    unreadable: int = 0
    answers: dict[str, list[str]] = field(default_factory=dict)
    """The `custom_id`s of answers by their stop reason, if a retry may be asked for it."""
    cut_off: bool = False
    """The file ends in the middle of a line, so it was not read whole."""
    _reader: ResultReader[MessagePart] = field(default_factory=lambda: ResultReader(_DECODER))
    _ids: dict[CauseKey, list[str]] = field(default_factory=dict)
    _words: dict[CauseKey, SharedWords] = field(default_factory=dict)

    def feed(self, chunk: bytes) -> None:
        """Add a piece of a results file."""
        self._add_all(self._reader.feed(chunk))

    def finish(self) -> None:
        """Add the end of the file."""
        self._add_all(self._reader.finish())

    @property
    def causes(self) -> tuple[Cause, ...]:
        """All causes, largest first."""
        return tuple(self._list_causes())

    @property
    def retryable(self) -> tuple[Cause, ...]:
        """The causes after which the same request may succeed (overload, expired, canceled …), largest first."""
        return tuple(cause for cause in self._list_causes() if cause.retryable)

    @property
    def about_the_account(self) -> tuple[Cause, ...]:
        """The causes after which the same request may succeed once someone puts the account right, largest first."""
        return tuple(cause for cause in self._list_causes() if cause.remedy.needs_account)

    def select(self, causes: Iterable[CauseKey]) -> frozenset[str]:
        """Return the `custom_id`s of the failures with these causes."""
        return frozenset(custom_id for key in causes for custom_id in self._ids.get(key, ()))

    def _list_causes(self) -> Iterator[Cause]:
        for key, ids in sorted(self._ids.items(), key=lambda pair: -len(pair[1])):
            words = self._words[key].words if key in self._words else None
            yield Cause(key.type, key.message, len(ids), tuple(ids[:MAX_SAMPLES]), key.code, words or "")

    def _add_all(self, reads: Iterable[ResultBlock[MessagePart] | BrokenLine]) -> None:
        for read in reads:
            if isinstance(read, BrokenLine):
                self.unreadable += 1
                self.cut_off = self.cut_off or read.fault is LineFault.CUT_OFF
                continue
            for line in read.parts:
                self._add(line)

    def _add(self, line: ResultLine[MessagePart]) -> None:
        match line.result:
            case Succeeded(message):
                self.succeeded += 1
                if message.stop_reason in RETRYABLE_STOPS:
                    self.answers.setdefault(message.stop_reason, []).append(line.custom_id)
                return
            case Unreadable():
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
        elif isinstance(line.result, Errored):
            self._words.setdefault(key, SharedWords()).add(key, line.result.error.inner.message or "")
        self._ids.setdefault(key, []).append(line.custom_id)
