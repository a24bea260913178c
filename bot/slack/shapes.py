"""What the bot needs of Slack's answers. An answer of another shape is no answer, whatever its `ok` says."""

from typing import Any

import msgspec
from msgspec import Struct


class _WithId(Struct):
    id: str


class _Opened(Struct):
    view: _WithId


class _Place(Struct):
    channel: _WithId


class _Posted(Struct):
    channel: str
    ts: str


class _Account(Struct):
    profile: dict[str, Any] | None = None
    enterprise_user: dict[str, Any] | None = None


class _Person(Struct):
    user: _Account


class _Members(Struct):
    users: list[str] | None = None


class _UploadAddress(Struct):
    upload_url: str
    file_id: str


class _Metadata(Struct):
    event_payload: dict[str, Any] | None = None


class _Message(Struct):
    ts: str
    metadata: _Metadata | None = None


class _Cursor(Struct):
    next_cursor: str | None = None


class _Messages(Struct):
    messages: list[_Message] = []
    response_metadata: _Cursor | None = None


_SHAPES: dict[str, type[Struct]] = {
    "chat.postMessage": _Posted,
    "conversations.history": _Messages,
    "conversations.info": _Place,
    "conversations.open": _Place,
    "conversations.replies": _Messages,
    "files.getUploadURLExternal": _UploadAddress,
    "usergroups.users.list": _Members,
    "users.info": _Person,
    "views.open": _Opened,
}


def has_known_shape(method: str, answer: object) -> bool:
    """Return whether an answer without an error has what the bot reads of it."""
    try:
        msgspec.convert(answer, _SHAPES.get(method, dict[str, Any]))
    except msgspec.ValidationError:
        return False
    return True
