"""The pane's memory: each payload and API call as it passed, without its secrets."""

from collections.abc import Callable
from dataclasses import asdict, replace

from bot.playground.slack_simulator.change_feed import ChangeFeed
from bot.playground.slack_simulator.records import Json, TrafficEntry
from bot.playground.slack_simulator.redaction import redact

_KEPT = 500


class TrafficLog:
    """The latest entries, oldest first; each is told to the page when noted and again when noted with the same id."""

    def __init__(self, clock: Callable[[], float], feed: ChangeFeed) -> None:
        self._clock = clock
        self._feed = feed
        self._entries: dict[int, TrafficEntry] = {}
        self._last = 0

    def record(self, entry: TrafficEntry) -> TrafficEntry:
        """Keep an entry and tell the page; gives back the entry as kept, with its id and without its secrets."""
        if not entry.id:
            self._last += 1
            entry = replace(entry, id=self._last)
        kept = replace(
            entry,
            at=entry.at or self._clock(),
            title=redact(entry.title),
            sent=redact(entry.sent),
            answered=redact(entry.answered),
        )
        self._entries[kept.id] = kept
        while len(self._entries) > _KEPT:
            del self._entries[next(iter(self._entries))]
        self._feed.publish({"type": "traffic", "entry": asdict(kept)})
        return kept

    def frames(self) -> list[Json]:
        """Every kept entry as the page's protocol has it."""
        return [asdict(entry) for entry in self._entries.values()]
