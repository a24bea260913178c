"""The settings of watching, of the health page and of the log; bot.settings.model reads them with all others."""

import re
from collections.abc import Iterator
from datetime import UTC, tzinfo
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Doc(NamedTuple):
    """What bot.settings.model.SettingDoc holds, in the same order."""

    name: str
    meaning: str
    default: str


DOCS = (
    Doc("BATCHDESK_FEED_CHANNEL", "a channel that gets one card for each batch of the workspace", "none"),
    Doc("BATCHDESK_DIGEST_HOUR", "the local hour, 0 to 23, of a daily digest (none on empty days)", "no digest"),
    Doc("BATCHDESK_DIGEST_CHANNEL", "where the digest goes", "the feed channel"),
    Doc("BATCHDESK_TIME_ZONE", "of the digest's hour and of dates typed, such as `Europe/Berlin`", "UTC"),
    Doc("BATCHDESK_LOG_FORMAT", "`text`, or `json` for one object a line", "text"),
)

_SECRETS = ("xox", "xapp-", "sk-")

LogFormat = Annotated[Literal["text", "json"], BeforeValidator(str.lower)]


class WatchingSettings(BaseSettings):
    """The fields that bot.settings.model.Settings has from here."""

    model_config = SettingsConfigDict(defer_build=True)

    feed_channel: str | None = Field(None, validation_alias="BATCHDESK_FEED_CHANNEL")
    digest_hour: int | None = Field(None, validation_alias="BATCHDESK_DIGEST_HOUR")
    digest_channel: str | None = Field(None, validation_alias="BATCHDESK_DIGEST_CHANNEL")
    time_zone: str = Field("UTC", validation_alias="BATCHDESK_TIME_ZONE")
    log_format: LogFormat = Field("text", validation_alias="BATCHDESK_LOG_FORMAT")

    @property
    def zone(self) -> tzinfo:
        """The time zone of the digest's hour and of typed dates. UTC needs no time zone database."""
        return UTC if self.time_zone == "UTC" else ZoneInfo(self.time_zone)

    @property
    def digest_goes_to(self) -> str | None:
        """The channel of the digest, or None for no digest."""
        return None if self.digest_hour is None else self.digest_channel or self.feed_channel


def watching_problems(settings: WatchingSettings) -> Iterator[str]:
    """Give a sentence for each of these settings that cannot work."""
    channels = (
        ("BATCHDESK_FEED_CHANNEL", settings.feed_channel),
        ("BATCHDESK_DIGEST_CHANNEL", settings.digest_channel),
    )
    for name, channel in channels:
        if channel and not re.fullmatch(r"[CGD][A-Z0-9]{2,}", channel):
            shown = "a secret" if channel.startswith(_SECRETS) else ascii(channel[:40])
            yield f"{name} contains {shown}; write a channel id (C…, G… or D…), not a name"
    if settings.digest_hour is not None and not 0 <= settings.digest_hour <= 23:
        yield f"BATCHDESK_DIGEST_HOUR is {settings.digest_hour}; it must be from 0 to 23"
    if settings.digest_hour is not None and not settings.digest_goes_to:
        yield "BATCHDESK_DIGEST_HOUR is set, and no channel; set BATCHDESK_DIGEST_CHANNEL or BATCHDESK_FEED_CHANNEL"
    if not _is_known(settings.time_zone):
        yield "BATCHDESK_TIME_ZONE names no time zone known here; write one such as Europe/Berlin"


def _is_known(zone: str) -> bool:
    if zone == "UTC":  # also where the machine has no time zone database
        return True
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return False
    return True
