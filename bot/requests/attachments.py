"""Find what the API refuses in images and documents (docs.anthropic.com, Vision and PDF support)."""

import base64
import binascii
import re
import struct
from collections.abc import Iterator
from typing import Any

from bot.requests.problems import ProblemKind, RequestFault, WarningKind

IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
MAX_IMAGE_BYTES = 10 * 1024 * 1024
"""Characters of an image in base64. The documentation says 10 MB and not which; this is the larger reading."""
MAX_SIDE = 8_000
"""Pixels of a side."""

_PDF_TYPES = ("application/pdf",)
_HEAD = 1_364  # characters of base64 that show what a file is: 1,023 bytes
_JPEG_HEAD = 128 * 1024
_PIECE = 1024 * 1024  # a multiple of four
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_PAGE_OVERLAP = 24
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the JPEG segments that hold the size


_SOURCES = {
    "image": ("base64", "url", "file"),
    "document": ("base64", "url", "file", "text", "content"),
}


def find_source_faults(place: str, kind: str, source: dict[str, Any]) -> Iterator[RequestFault]:
    """Yield the faults in the form of the `source` of an image or document block; an empty one has none."""
    form = source.get("type")
    forms = _SOURCES[kind]
    if source and "type" not in source:
        yield RequestFault(ProblemKind.MISSING_KEY, f"{place}.type")
    elif source and form not in forms:
        yield RequestFault(ProblemKind.NOT_ONE_OF, f"{place}.type", form, instead=", ".join(forms))
    elif form == "file" and not isinstance(source.get("file_id"), str):
        wrong = ProblemKind.WRONG_TYPE if "file_id" in source else ProblemKind.MISSING_KEY
        yield RequestFault(wrong, f"{place}.file_id", source.get("file_id", ""))
    elif form == "text" and source.get("media_type") != "text/plain":
        wrong = ProblemKind.NOT_ONE_OF if "media_type" in source else ProblemKind.MISSING_KEY
        yield RequestFault(wrong, f"{place}.media_type", source.get("media_type", ""), instead="text/plain")


def find_attachment_faults(place: str, kind: str, source: dict[str, Any], max_pages: int) -> Iterator[RequestFault]:
    """Yield the faults of the base64 `source` of an image or document block, whose place this is."""
    allowed = IMAGE_TYPES if kind == "image" else _PDF_TYPES
    media_type = source.get("media_type")
    data = source.get("data")
    if not isinstance(media_type, str):
        found = ProblemKind.WRONG_TYPE if "media_type" in source else ProblemKind.MISSING_KEY
        yield RequestFault(found, f"{place}.media_type", media_type or "", instead=", ".join(allowed))
    elif media_type not in allowed:
        better = "image/jpeg" if media_type == "image/jpg" and kind == "image" else ", ".join(allowed)
        yield RequestFault(ProblemKind.NOT_ONE_OF, f"{place}.media_type", media_type, instead=better)
    if not isinstance(data, str):
        found = ProblemKind.WRONG_TYPE if "data" in source else ProblemKind.MISSING_KEY
        yield RequestFault(found, f"{place}.data", data or "")
    elif not data:
        yield RequestFault(ProblemKind.EMPTY, f"{place}.data")
    elif data.startswith("data:"):
        yield RequestFault(ProblemKind.DATA_URL, f"{place}.data", data[:40])
    elif media_type in allowed:
        yield from _find_content_faults(place, kind, str(media_type), data, max_pages)


def _find_content_faults(place: str, kind: str, media_type: str, data: str, max_pages: int) -> Iterator[RequestFault]:
    head = _decode(data[:_HEAD])
    found = _identify(head)
    if found is not None and found != media_type:
        yield RequestFault(ProblemKind.MEDIA_MISMATCH, f"{place}.media_type", media_type, instead=found)
    elif found is None:
        yield RequestFault(WarningKind.MEDIA_UNKNOWN, f"{place}.data", media_type)
    elif kind == "image":
        yield from _find_size_faults(place, media_type, data, head)
    elif (pages := _count_pages(data)) > max_pages:
        yield RequestFault(WarningKind.MANY_PAGES, f"{place}.data", pages, max_pages)


def _find_size_faults(place: str, media_type: str, data: str, head: bytes) -> Iterator[RequestFault]:
    if len(data) > MAX_IMAGE_BYTES:
        yield RequestFault(ProblemKind.OUT_OF_RANGE, f"{place}.data", len(data), MAX_IMAGE_BYTES)
    if (side := measure_side(media_type, data, head)) > MAX_SIDE:
        yield RequestFault(ProblemKind.OUT_OF_RANGE, f"{place}.data", side, MAX_SIDE)


def measure_side(media_type: str, data: str, head: bytes) -> int:
    """Return the longer side of an image in pixels, or 0 if its beginning doesn't say."""
    try:
        if media_type == "image/png":
            return int(max(struct.unpack(">II", head[16:24])))
        if media_type == "image/gif":
            return int(max(struct.unpack("<HH", head[6:10])))
        if media_type == "image/webp":
            return _measure_webp(head)
        return _measure_jpeg(_decode(data[:_JPEG_HEAD]))
    except (struct.error, IndexError):
        return 0


def _measure_webp(head: bytes) -> int:
    if head[12:16] != b"VP8X":
        return 0  # the other two forms have sides of at most 16,383 pixels, and are rarely so large
    return 1 + max(int.from_bytes(head[24:27], "little"), int.from_bytes(head[27:30], "little"))


def _measure_jpeg(head: bytes) -> int:
    position = 2
    while head[position] == 0xFF:
        marker = head[position + 1]
        if marker in _FRAMES:
            return int(max(struct.unpack(">HH", head[position + 5 : position + 9])))
        position += 2 + int.from_bytes(head[position + 2 : position + 4], "big")
    return 0


def _decode(text: str) -> bytes:
    """Return the bytes of the beginning of a base64 text, as far as it is base64."""
    try:
        return base64.b64decode(text[: len(text) // 4 * 4])
    except (binascii.Error, ValueError):
        return b""


def _identify(head: bytes) -> str | None:
    """Return the media type that the bytes show. A PDF may have something before its mark."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return "application/pdf" if b"%PDF-" in head else None


def _count_pages(data: str) -> int:
    """Return how many page objects a PDF shows without unpacking; it may have more."""
    pages = 0
    rest = b""
    for start in range(0, len(data), _PIECE):
        piece = rest + _decode(data[start : start + _PIECE])
        rest = piece[-_PAGE_OVERLAP:] if start + _PIECE < len(data) else b""
        pages += len(_PAGE.findall(piece)) - len(_PAGE.findall(rest))
    return pages
