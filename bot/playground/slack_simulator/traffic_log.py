"""The entries of the page's traffic pane: each payload and API call, without its secrets."""

from collections.abc import Callable
from dataclasses import asdict, replace

from bot.playground.slack_simulator.change_feed import ChangeFeed
from bot.playground.slack_simulator.records import Json, TrafficEntry
from bot.playground.slack_simulator.redaction import redact

_MAX_ENTRIES = 500


class TrafficLog:
    """The latest entries, oldest first. Each is sent to the page when it is recorded, and again when it changes."""

    def __init__(self, clock: Callable[[], float], feed: ChangeFeed) -> None:
        self._clock = clock
        self._feed = feed
        self._entries: dict[int, TrafficEntry] = {}
        self._last = 0

    def record(self, entry: TrafficEntry) -> TrafficEntry:
        """Record an entry and send it to the page. Return it with its id and without its secrets."""
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
        while len(self._entries) > _MAX_ENTRIES:
            del self._entries[next(iter(self._entries))]
        self._feed.publish({"type": "traffic", "entry": asdict(kept)})
        return kept

    def make_frames(self) -> list[Json]:
        """Return every entry for the page's protocol."""
        return [asdict(entry) for entry in self._entries.values()]
