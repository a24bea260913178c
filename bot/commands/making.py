"""What making a batch needs: where files come from, where checked ones wait, what is asked before they are sent."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, auto
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from bot.api.errors import ApiError
from bot.api.model_catalog import Catalog, ModelsClient
from bot.errors import ExpectedError
from bot.requests.archive import KeptRequests
from bot.requests.estimate import TokenCounter
from bot.requests.params import Circumstances

CATALOG_KEPT_FOR = timedelta(hours=1)


class WhyUnreadable(Enum):
    """Why a file in Slack could not be read."""

    NOT_THERE = auto()
    NO_SCOPE = auto()
    NOT_PERMITTED = auto()
    NOT_YOURS = auto()
    ELSEWHERE = auto()
    LOGIN_PAGE = auto()
    TOO_LARGE = auto()
    CUT = auto()
    SLACK = auto()


@dataclass(eq=False)
class FileUnreadable(ExpectedError):
    """A file that was shared in Slack could not be read to its end; nothing was sent. `detail` is Slack's word."""

    why: WhyUnreadable
    file: str
    detail: str = ""


class NoFileInMessage(ExpectedError):
    """The message shortcut was used on a message without a file."""


class SharedFile(Struct, frozen=True):
    """A file as it arrives: whoever reads it closes `chunks`."""

    name: str
    size: int
    chunks: AsyncGenerator[bytes, None]


class FileSource(Protocol):
    """Where shared files are read from."""

    async def open(self, file_id: str, *, user: str, channel: str | None) -> SharedFile:
        """Begin to read a file that is this user's, or shared in this channel.

        Raises FileUnreadable, then and while its chunks arrive.
        """


class Gate(Struct, frozen=True):
    """From where on a second person has to agree: USD at most, and requests; None: no limit."""

    dollars: Decimal | None = None
    requests: int | None = None

    def stops(self, dollars: Decimal, requests: int, *, priced: bool) -> bool:
        """Whether so much is above the limit; what has no price is, where dollars are limited."""
        above = self.dollars is not None and (dollars > self.dollars or not priced)
        return above or (self.requests is not None and requests > self.requests)


class Models:
    """The catalog of models, asked for once in an hour; None where the API does not say."""

    def __init__(self, client: ModelsClient) -> None:
        self._client = client
        self._known: tuple[datetime, Catalog] | None = None

    async def catalog(self, now: datetime) -> Catalog | None:
        """Return the catalog; what failed is asked for again the next time."""
        if self._known is None or now - self._known[0] > CATALOG_KEPT_FOR:
            try:
                self._known = (now, await self._client.catalog())
            except ApiError:
                return None
        return self._known[1]


class Workshop(Struct, frozen=True):
    """Where batches are made. `folder` holds checked files until they are sent; `kept` those that were sent."""

    files: FileSource
    models: Models
    counter: TokenCounter
    kept: KeptRequests
    folder: Path
    gate: Gate = msgspec.field(default_factory=Gate)
    betas: frozenset[str] = frozenset()

    def spool(self, draft_id: str) -> Path:
        """Return where the requests of a draft are."""
        return self.folder / f"{draft_id}.jsonl"

    async def circumstances(self, now: datetime) -> Circumstances:
        """Return what requests will meet at the API."""
        return Circumstances(catalog=await self.models.catalog(now), betas=self.betas)
