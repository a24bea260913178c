"""The rules for images and documents inside a request (docs.anthropic.com, Vision and PDF support)."""

import base64
import binascii
import struct
from typing import Any

_IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_MOST_BASE64 = 10 * 1024 * 1024  # "10 MB"; of an image
_MOST_PIXELS = 8_000  # of a side
_SOURCES = {"image": ("base64", "url", "file"), "document": ("base64", "url", "file", "text", "content")}
_HEAD = 64  # characters of base64 that show what a file is


def find_attachment_mistake(block: dict[str, Any]) -> str | None:
    """Return the first mistake of an image or document in base64, with its place inside the block."""
    source = block.get("source")
    if block["type"] not in _SOURCES or not isinstance(source, dict) or not source:
        return None
    form = source.get("type")
    if form not in _SOURCES[block["type"]]:
        return f"source: Input tag '{form}' found using 'type' does not match any of the expected tags"
    if form == "file" and not isinstance(source.get("file_id"), str):
        return "source.file.file_id: Field required"
    if form == "text" and source.get("media_type") != "text/plain":
        return "source.text.media_type: Input should be 'text/plain'"
    if form != "base64":
        return None
    allowed = _IMAGES if block["type"] == "image" else ("application/pdf",)
    named, data = source.get("media_type"), source.get("data")
    if named not in allowed:
        return f"source.base64.media_type: Input should be {' or '.join(map(repr, allowed))}"
    if not isinstance(data, str):
        return "source.base64.data: Field required"
    head = _decode_head(data)
    if head is None:
        return "source.base64.data: Input should be valid base64"
    return _find_content_mistake(str(named), data, head)


def _decode_head(data: str) -> bytes | None:
    head = data[:_HEAD]
    try:
        return base64.b64decode(head[: len(head) // 4 * 4], validate=True)
    except binascii.Error:
        return None


def _find_content_mistake(named: str, data: str, head: bytes) -> str | None:
    found = _identify(head)
    if named in _IMAGES and found is not None and found != named:
        return (
            f"source.base64: The image was specified using the {named} media type, "
            f"but the image appears to be a {found} image"
        )
    if named not in _IMAGES:
        return "source.base64.data: The PDF specified was not valid." if found in _IMAGES else None
    if len(data) > _MOST_BASE64:
        return f"source.base64: image exceeds 10 MB maximum: {len(data)} bytes > {_MOST_BASE64} bytes"
    if found == "image/png" and len(head) >= 24 and max(struct.unpack(">II", head[16:24])) > _MOST_PIXELS:
        return (
            f"source.base64.data: At least one of the image dimensions exceed max allowed size: {_MOST_PIXELS} pixels"
        )
    return None


def _identify(head: bytes) -> str | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return "application/pdf" if b"%PDF-" in head else None
