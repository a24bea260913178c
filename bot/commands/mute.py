"""`/batch mute ID|here|CHANNEL [until]`: post no notices about a batch, or in a channel, for a while or for good."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import ClassVar, Self

from msgspec import Struct

from bot.caller import Caller
from bot.commands.base import BATCH_MEANING, ArgumentHelp, DirectCommand, Help, HelpGroup, Permission
from bot.commands.language.arguments import Arguments
from bot.commands.language.errors import BadValue, MissingReference, NeedsChannel, ValueForm
from bot.commands.language.references import reference
from bot.operations.find_batch import Reference
from bot.operations.follow import is_direct
from bot.operations.services import Services
from bot.store.transactions import preferences

HERE = "here"
OFF = "off"
FOREVER = "forever"
_CHANNEL = re.compile(r"[CG][A-Z0-9]{6,}")
_SPAN = re.compile(r"([0-9]{1,4})([mhdw])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Muted(Struct, frozen=True):
    """Notices about a batch, or in a channel, are muted `until` a time or for good. `ended`: they are posted again."""

    subject: str
    is_channel: bool
    until: datetime | None
    ended: bool = False


class MuteAsked(Struct, frozen=True):
    """A channel was named without an end. Nothing is muted yet."""

    query: "Mute"


MuteOutcome = Muted | MuteAsked


class Mute(DirectCommand[MuteOutcome], frozen=True):
    """Mute a batch or a channel. It affects everyone, so it needs an operator and is audited."""

    verb: ClassVar[str] = "mute"
    permission: ClassVar[Permission] = Permission.OPERATE
    help: ClassVar[Help] = Help(
        "Stop the notices about a batch, or in this channel, for everyone. Cards stay up to date.",
        "mute here 2h",
        HelpGroup.NOTIFY,
        (
            ArgumentHelp("ID|here", f"`here` for this channel, or {BATCH_MEANING}"),
            ArgumentHelp(
                "UNTIL",
                "`2h`, `3d`, a day such as `2026-12-31`, `forever`, or `off` to unmute. "
                "Without it, I ask how long to mute the channel, and mute a batch until someone unmutes it",
                optional=True,
            ),
        ),
    )

    subject: Reference
    until: str | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read what to mute, and until when. Raises UsageError, InvalidBatchId."""
        words = arguments.at_most(2).words
        if not words:
            raise MissingReference(arguments.verb)
        until = words[1].lower() if len(words) > 1 else None
        if until is not None:
            _check_until(until)
        return cls(_parse_subject(words[0]), until)

    def spell(self) -> str:
        """Return `mute ID` and the end of the mute."""
        return f"mute {self.subject} {self.until or ''}".strip()

    @property
    def is_announced(self) -> bool:
        """Whether the audit channel is notified: it affects others, unless it asks for how long."""
        return not self._asks

    @property
    def _is_channel(self) -> bool:
        return self.subject == HERE or _CHANNEL.fullmatch(self.subject) is not None

    @property
    def _asks(self) -> bool:
        """Whether to ask for how long. A batch ends by itself, a channel does not."""
        return self._is_channel and self.until is None

    async def run(self, services: Services, caller: Caller) -> MuteOutcome:
        """Mute, with its audit entry in one transaction. Raises NeedsChannel, BadValue, ApiError, StoreUnavailable."""
        if self._asks:
            _find_channel(self.subject, caller, services.channels)
            return MuteAsked(self)
        until = _parse_end(self.until, services.now(), services.time_zone)
        if until is not None and until <= services.now():
            raise BadValue("mute", str(self.until), ValueForm.FUTURE_TIME)
        is_channel = self._is_channel
        subject = (
            _find_channel(self.subject, caller, services.channels)
            if is_channel
            else await _find_batch_id(self.subject, services)
        )
        muted = Muted(subject, is_channel, until, ended=self.until == OFF)
        command = f"mute {subject} {self.until or ''}".strip()
        change = preferences.AuditedChange(caller.user, caller.team, caller.channel, command, subject, services.now())
        if muted.ended:
            await services.database.run(lambda connection: preferences.unmute(connection, change))
        else:
            await services.database.run(lambda connection: preferences.mute(connection, muted.until, change))
        return muted


def _parse_subject(word: str) -> Reference:
    """Read what to mute. A channel is its id, because its name cannot be looked up (docs.slack.dev, slash commands)."""
    if word.lower() in (HERE, "channel"):
        return Reference(HERE)
    if word.startswith("#") and not _CHANNEL.fullmatch(word[1:]):
        raise BadValue("mute", word, ValueForm.MUTE_CHANNEL)
    return reference(word.removeprefix("#"))


def _find_channel(subject: str, caller: Caller, channels: frozenset[str] | None) -> str:
    """Return what is stored for a channel. Raises NeedsChannel, and BadValue for a channel of another workspace."""
    if subject != HERE:
        if channels is not None and subject not in channels:
            raise BadValue("mute", subject, ValueForm.MUTE_ELSEWHERE)
        return subject
    if caller.channel is None:
        raise NeedsChannel("mute")
    if is_direct(caller.channel):  # notices there are addressed to the person
        return caller.user
    return caller.channel


async def _find_batch_id(subject: Reference, services: Services) -> str:
    return (await services.find_batch(subject)).batch.id


def _check_until(until: str) -> None:
    try:
        _parse_end(until, datetime.now(UTC), UTC)
    except (ValueError, OverflowError):
        raise BadValue("mute", until, ValueForm.MUTE_END) from None


def _parse_end(until: str | None, now: datetime, zone: tzinfo) -> datetime | None:
    """Return when a mute ends: after a span, or when a day begins in `zone`; None if it does not end.

    Raises:
        ValueError: it is neither.
    """
    if until is None or until in (OFF, FOREVER):
        return None
    if found := _SPAN.fullmatch(until):
        return now + timedelta(**{_UNITS[found[2]]: int(found[1])})
    if not _DAY.fullmatch(until):
        raise ValueError(until)
    return datetime.fromisoformat(until).replace(tzinfo=zone)
