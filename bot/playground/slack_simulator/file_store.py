"""Files: announced, uploaded and completed (the external-upload flow), and kept until someone deletes them."""

import mimetypes
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from bot.playground.slack_simulator.credentials import random_id, random_letters
from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.refusals import Refusal
from bot.playground.slack_simulator.world import Channel


@dataclass(frozen=True)
class Share:
    """One message that shares a file."""

    channel: Channel
    ts: str


@dataclass
class StoredFile:
    """One file. `length` is announced, `content` is None until the bytes arrive, `completed` is set on completion.

    `info` overrides fields of its file object, and `dropped` names fields that the object lacks.
    """

    id: str
    name: str
    length: int
    user: str
    made_at: float
    title: str = ""
    content: bytes | None = None
    completed: bool = False
    shares: list[Share] = field(default_factory=list)
    deleted: bool = False
    info: Json = field(default_factory=dict)
    dropped: Collection[str] = ()

    @property
    def mimetype(self) -> str:
        """The type guessed from the name, as Slack does."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"


class FileStore:
    """All files by id, and the one-time addresses for their bytes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.files: dict[str, StoredFile] = {}
        self._addresses: dict[str, str] = {}

    def announce(self, name: str, length: int, user: str) -> tuple[StoredFile, str]:
        """Announce a file. Return it with the path to post its bytes to."""
        file = StoredFile(random_id("F"), name, length, user, self._clock(), title=name)
        self.files[file.id] = file
        path = f"/upload/v1/{random_letters(40)}"
        self._addresses[path] = file.id
        return file, path

    def keep(self, user: str, name: str, content: bytes) -> StoredFile:
        """Add a file that a person uploaded."""
        file, path = self.announce(name, len(content), user)
        self.receive(path, content)
        return self.complete(file.id, None)

    def receive(self, path: str, content: bytes) -> StoredFile:
        """Receive the bytes. Raises Refusal for an unknown address or a length that was not announced."""
        file_id = self._addresses.pop(path, None)
        if file_id is None:
            raise Refusal("invalid_upload_url", status=404)
        file = self.files[file_id]
        if len(content) != file.length:
            raise Refusal("length_mismatch", status=400)
        file.content = content
        return file

    def complete(self, file_id: str, title: str | None) -> StoredFile:
        """Complete an upload. Raises Refusal if the file is unknown or its bytes never arrived."""
        file = self.files.get(file_id)
        if file is None or file.content is None or file.completed:
            raise Refusal("file_not_found")
        file.title = title or file.name
        file.completed = True
        return file


def make_file_object(file: StoredFile, url: str) -> Json:
    """Return Slack's file object, shortened. `url` is the simulator's address."""
    private = f"{url}/files-pri/{file.id}/{file.name}"
    body: Json = {
        "id": file.id,
        "created": int(file.made_at),
        "timestamp": int(file.made_at),
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": file.name.rpartition(".")[2],
        "size": file.length,
        "user": file.user,
        "editable": False,
        "mode": "hosted",
        "file_access": "visible",
        "external_type": "",
        "permalink": f"{url}/files/{file.user}/{file.id}/{file.name}",
        "channels": [],
        "groups": [],
        "ims": [],
        "is_external": False,
        "url_private": private,
        "url_private_download": private,
    }
    for share in file.shares:
        _add_share(body, share)
    return {name: value for name, value in (body | file.info).items() if name not in file.dropped}


def _add_share(body: Json, share: Share) -> None:
    """Add a share to the lists of a file object. `shares` is absent before the first (docs.slack.dev, file object)."""
    channel = share.channel
    kind = "ims" if channel.is_im else "groups" if channel.is_private else "channels"
    if channel.id not in body[kind]:
        body[kind].append(channel.id)
    shares = body.setdefault("shares", {}).setdefault("public" if kind == "channels" else "private", {})
    shares.setdefault(channel.id, []).append({"ts": share.ts})


def make_file_frame(file: StoredFile) -> Json:
    """Return a file for the page's protocol."""
    url = f"/_page/files/{file.id}"
    return {"id": file.id, "name": file.name, "size": file.length, "mimetype": file.mimetype, "url": url}
