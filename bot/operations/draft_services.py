"""What making a batch needs: where files come from, where checked ones wait, what is asked before they are sent."""

from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from bot.api.model_catalog import Models
from bot.operations.approval import ApprovalLimit
from bot.operations.shared_files import FileSource
from bot.requests.archive import KeptRequests
from bot.requests.estimate import TokenCounter
from bot.requests.params import ApiConstraints


class Workshop(Struct, frozen=True):
    """Where batches are made. `folder` holds checked files until they are sent; `kept` those that were sent."""

    files: FileSource
    models: Models
    counter: TokenCounter
    kept: KeptRequests
    folder: Path
    gate: ApprovalLimit = msgspec.field(default_factory=ApprovalLimit)
    betas: frozenset[str] = frozenset()

    def spool(self, draft_id: str) -> Path:
        """Return where the requests of a draft are."""
        return self.folder / f"{draft_id}.jsonl"

    async def circumstances(self, now: datetime) -> ApiConstraints:
        """Return what requests will meet at the API."""
        return ApiConstraints(catalog=await self.models.catalog(now), betas=self.betas)
