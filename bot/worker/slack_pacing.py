"""How fast the bot may call Slack, all processes together."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from bot.store.records import workers

POST = "chat.postMessage"
EDIT = "chat.update"
PATIENCE = timedelta(seconds=12)
# docs.slack.dev, Rate limits: limits are counted by the minute, for each method, workspace and app. chat.postMessage
# takes a message a second a channel and "several hundred a minute" in a workspace, a number that Slack does not name:
# 300 is the least it can mean. All 300 may come in the same seconds, if they go to as many channels, so they do: of 500
# ends at once most are told within seconds and the rest when the minute is over, instead of one every 0.2 s. A 429 that
# comes nevertheless is obeyed by all processes and costs no attempt. chat.update is of tier 3, 50 a minute: 45 leave
# room for the progress that people watch.
CALLS_A_MINUTE: Mapping[str, int] = {POST: 300, EDIT: 45}
CHANNEL_INTERVAL = timedelta(seconds=1.1)


class SlackPacing(Struct, frozen=True):
    """The pace all processes keep together, through the store."""

    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    a_minute: Mapping[str, int] = msgspec.field(default_factory=lambda: CALLS_A_MINUTE)
    """How often a method may be called in any minute; one that is not named, always."""
    a_channel: timedelta = CHANNEL_INTERVAL

    def reserve(self, connection: Connection, method: str, channel: str) -> tuple[timedelta, bool]:
        """Reserve the next moment for a call; how long to wait, and False where it is too far off to wait for."""
        places = {method: timedelta(0)} | ({channel: self.a_channel} if method == POST else {})
        limits = {method: self.a_minute[method]} if method in self.a_minute else {}
        return workers.reserve_call(connection, places, self.now(), PATIENCE, limits)

    def delay(self, connection: Connection, method: str, seconds: float) -> None:
        """Delay a method's next call in every process: Slack asked for it, and limits only that method."""
        workers.delay_until(connection, method, self.now() + timedelta(seconds=seconds))
