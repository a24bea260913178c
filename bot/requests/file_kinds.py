"""Recognize files that are not JSON Lines by how they begin."""

import re
from enum import Enum

HEAD_BYTES = 4096
"""Bytes at the beginning of a file that decide its kind."""


class ForeignFileKind(Enum):
    """What a file is instead of JSON Lines in UTF-8."""

    UTF_16 = "utf_16"
    UTF_32 = "utf_32"
    ZIP = "zip"
    SPREADSHEET = "spreadsheet"
    OFFICE = "office"
    GZIP = "gzip"
    ZSTANDARD = "zstandard"
    BZIP2 = "bzip2"
    XZ = "xz"
    PDF = "pdf"
    HTML = "html"
    JSON_ARRAY = "json_array"
    CREATE_BODY = "create_body"
    PRETTY_PRINTED = "pretty_printed"
    CR_LINE_ENDS = "cr_line_ends"
    NO_LINE_ENDS = "no_line_ends"
    CSV = "csv"


# UTF-32 before UTF-16, because UTF-16's mark is the beginning of UTF-32's.
_MARKS = (
    (b"\xff\xfe\x00\x00", ForeignFileKind.UTF_32),
    (b"\x00\x00\xfe\xff", ForeignFileKind.UTF_32),
    (b"\xff\xfe", ForeignFileKind.UTF_16),
    (b"\xfe\xff", ForeignFileKind.UTF_16),
    (b"\x1f\x8b", ForeignFileKind.GZIP),
    (b"\x28\xb5\x2f\xfd", ForeignFileKind.ZSTANDARD),
    (b"BZh", ForeignFileKind.BZIP2),
    (b"\xfd7zXZ\x00", ForeignFileKind.XZ),
    (b"%PDF-", ForeignFileKind.PDF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ForeignFileKind.OFFICE),
)
_WITHOUT_MARK = (
    (re.compile(rb"(?:[\x01-\x7f]\0\0\0){4}|(?:\0\0\0[\x01-\x7f]){4}"), ForeignFileKind.UTF_32),
    (re.compile(rb"(?:[\x01-\x7f]\0){4}|(?:\0[\x01-\x7f]){4}"), ForeignFileKind.UTF_16),
)
_HTML = re.compile(rb"\s*<(?:!doctype|html|head|body|!--)", re.IGNORECASE)
_ARRAY = re.compile(rb"\s*\[")
_ENVELOPE = re.compile(rb'\s*\{\s*"requests"\s*:')
_PRETTY = re.compile(rb'\s*\{(?:[^\n]*[,{\[:])?[ \t]*\r?\n[ \t]*"')
_CR_BETWEEN = re.compile(rb"\}[ \t]*\r[ \t\r]*\{")
_OBJECTS_TOGETHER = re.compile(rb'\}[ \t]*\{[ \t]*"(?:custom_id|params)"[ \t]*:')
_WORD = rb'"?[A-Za-z_][\w .-]*"?'
_CSV_HEADER = re.compile(rb"\s*" + _WORD + rb"(?:[,;\t]" + _WORD + rb")+[ \t]*(?:[\r\n]|\Z)")
_OPEN_DOCUMENT_SHEET = b"opendocument.spreadsheet"


def identify_foreign_file(head: bytes) -> ForeignFileKind | None:
    """Return what a file that begins with `head` (without a UTF-8 mark) is, or None if it may be JSON Lines."""
    for mark, kind in _MARKS:
        if head.startswith(mark):
            return kind
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return ForeignFileKind.SPREADSHEET if b"xl/" in head or _OPEN_DOCUMENT_SHEET in head else _zip_kind(head)
    for pattern, kind in _WITHOUT_MARK:
        if pattern.match(head):
            return kind
    if _HTML.match(head):
        return ForeignFileKind.HTML
    if _ARRAY.match(head):
        return ForeignFileKind.JSON_ARRAY
    if _ENVELOPE.match(head):
        return ForeignFileKind.CREATE_BODY
    return _identify_lines(head)


def _identify_lines(head: bytes) -> ForeignFileKind | None:
    """Return what a text is whose lines are not requests: a file of another form, or one with other line ends."""
    if _PRETTY.match(head):
        return ForeignFileKind.PRETTY_PRINTED
    if _CSV_HEADER.match(head):
        return ForeignFileKind.CSV
    if b"\n" in head:
        return None
    if _CR_BETWEEN.search(head):
        return ForeignFileKind.CR_LINE_ENDS
    return ForeignFileKind.NO_LINE_ENDS if _OBJECTS_TOGETHER.search(head) else None


def _zip_kind(head: bytes) -> ForeignFileKind:
    """Return the kind of a zip: an office file begins with its parts list, and may be a spreadsheet even so."""
    return ForeignFileKind.OFFICE if b"[Content_Types].xml" in head else ForeignFileKind.ZIP
