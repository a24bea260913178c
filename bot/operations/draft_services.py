"""What drafts need: shared files, the folder of checked files, the archive of sent requests, and limits."""

from pathlib import Path

from msgspec import Struct

from bot.operations.approval import ApprovalLimit
from bot.operations.shared_files import FileSource
from bot.requests.archive import RequestArchive


class DraftServices(Struct, frozen=True):
    """What drafts need beside a workspace.

    `folder` holds the checked files of drafts until they are sent; `archive` holds the requests that were sent.
    `approvers` are the people and user groups who may approve; empty: the operators. `betas` are the beta headers that
    a new batch is created with.
    """

    files: FileSource
    folder: Path
    archive: RequestArchive
    approval_limit: ApprovalLimit
    approvers: tuple[str, ...]
    betas: frozenset[str]

    def requests_file(self, draft_id: str) -> Path:
        """Return the path of a draft's checked requests."""
        return self.folder / f"{draft_id}.jsonl"
