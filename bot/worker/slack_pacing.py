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
"""How long a call may wait for its moment. If it is further off, the call is delayed."""
# docs.slack.dev, Rate limits: limits apply to a minute, for each method, workspace and app. chat.postMessage allows a
# message a second for each channel and "several hundred a minute" for a workspace. Slack gives no number; 300 is the
# least that it can mean. All 300 may be sent in the same seconds to different channels, so they are: of 500 ends at
# once, most notices arrive within seconds and the rest after the minute, instead of one every 0.2 s. All processes obey
# a 429 that comes nevertheless, and it uses no attempt. chat.update is in tier 3, 50 a minute: 45 leave room for the
# progress messages that people watch.
CALLS_A_MINUTE: Mapping[str, int] = {POST: 300, EDIT: 45}
CHANNEL_INTERVAL = timedelta(seconds=1.1)


class SlackPacing(Struct, frozen=True):
    """The pace that all processes keep together, through the store."""

    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    a_minute: Mapping[str, int] = msgspec.field(default_factory=lambda: CALLS_A_MINUTE)
    """How often a method may be called in any minute; a method that is not listed has no limit."""
    a_channel: timedelta = CHANNEL_INTERVAL

    def reserve(self, connection: Connection, method: str, channel: str) -> tuple[timedelta, bool]:
        """Reserve the next moment for a call; return how long to wait, and False if that is too long to wait for."""
        places = {method: timedelta(0)} | ({channel: self.a_channel} if method == POST else {})
        limits = {method: self.a_minute[method]} if method in self.a_minute else {}
        return workers.reserve_call(connection, places, self.now(), PATIENCE, limits)

    def delay(self, connection: Connection, method: str, seconds: float) -> None:
        """Delay a method's next call in every process: Slack asked for it, and limits only that method."""
        workers.delay_until(connection, method, self.now() + timedelta(seconds=seconds))
