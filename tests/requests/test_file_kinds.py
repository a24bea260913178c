"""Files that are not JSON Lines are recognized."""

import gzip
import io
import json
import zipfile

import pytest

from bot.requests.file_kinds import ForeignFileKind
from tests.requests.request_lines import GOOD, check, line


def spreadsheet() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("xl/workbook.xml", "<workbook/>")
    return buffer.getvalue()


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("requests.jsonl", line())
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (zipped(), ForeignFileKind.ZIP),
        (spreadsheet(), ForeignFileKind.SPREADSHEET),
        (gzip.compress(line()), ForeignFileKind.GZIP),
        (line().decode().encode("utf-16"), ForeignFileKind.UTF_16),
        (line().decode().encode("utf-16-le"), ForeignFileKind.UTF_16),
        (line().decode().encode("utf-16-be"), ForeignFileKind.UTF_16),
        (line().decode().encode("utf-32"), ForeignFileKind.UTF_32),
        (line().decode().encode("utf-32-be"), ForeignFileKind.UTF_32),
        (b"%PDF-1.7\n", ForeignFileKind.PDF),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ForeignFileKind.OFFICE),
        (b"\n<!DOCTYPE html><html><title>Sign in</title>", ForeignFileKind.HTML),
        (b"\xef\xbb\xbf<HTML>", ForeignFileKind.HTML),
        (json.dumps([{"custom_id": "a", "params": GOOD}], indent=1).encode(), ForeignFileKind.JSON_ARRAY),
        (json.dumps({"requests": [{"custom_id": "a", "params": GOOD}]}).encode(), ForeignFileKind.CREATE_BODY),
    ],
)
def test_a_file_of_another_kind_is_recognized(file: bytes, kind: ForeignFileKind) -> None:
    whole, checked_file = check(file + bytes(9_000))
    short, _ = check(file)

    assert (whole.foreign, short.foreign, checked_file) == (kind, kind, b"")
    assert not whole.is_sound
