"""What drafts need: shared files, the folder of checked files, the archive of sent requests, and limits."""

import asyncio
from pathlib import Path

from msgspec import Struct, field

from bot.operations.approval import ApprovalLimit
from bot.operations.shared_files import FileSource
from bot.requests.archive import RequestArchive
from bot.requests.check import Limits
from bot.requests.request_files import make_private_folder


class DraftServices(Struct, frozen=True):
    """What drafts need beside a workspace.

    `folder` holds the checked files of drafts until they are sent; `archive` holds the requests that were sent.
    `approvers` are the people and user groups who may approve; empty: the operators. `betas` are the beta headers that
    a new batch is created with. `limits` are those of a batch and of a file. `check_turn` is held while a large file is
    checked: one at a time.
    """

    files: FileSource
    folder: Path
    archive: RequestArchive
    approval_limit: ApprovalLimit
    approvers: tuple[str, ...]
    betas: frozenset[str]
    limits: Limits = Limits()
    check_turn: asyncio.Semaphore = field(default_factory=asyncio.Semaphore)

    def prepare_folder(self) -> None:
        """Make the folder, and that of the archive around it, private. Raises OSError if that cannot be done."""
        if self.archive.folder in self.folder.parents:
            make_private_folder(self.archive.folder)
        make_private_folder(self.folder)

    def requests_file(self, draft_id: str) -> Path:
        """Return the path of a draft's checked requests."""
        return self.folder / f"{draft_id}.jsonl"
