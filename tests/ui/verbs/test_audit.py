"""The record as a file: every field, and nothing a spreadsheet would run."""

import csv
import io

from bot.commands.audit import AuditExported
from bot.ui.reply import File
from bot.ui.verbs.audit import audit_line, render_audit
from tests.builders import ADA, ADMIN, AT_HOME, ID, entry
from tests.ui.walk import OURS


def test_every_entry_is_a_row_that_reads_back() -> None:
    hostile = 'a, "quoted"\nline\r\n`x` ;é🟥'

    sent = render_audit(AuditExported((entry(1, detail=hostile), entry(2, None))), ADMIN)

    assert isinstance(sent, File)
    assert isinstance(sent.content, bytes)
    rows = list(csv.DictReader(io.StringIO(sent.content.decode(), newline="")))
    assert [row["id"] for row in rows] == ["1", "2"]
    assert rows[0]["detail"] == hostile
    assert (rows[0]["at"], rows[0]["user_id"]) == ("2026-11-21T09:31:00+00:00", ADA.user)
    assert (rows[1]["outcome"], rows[1]["finished_at"]) == ("", "")
    assert sent.name == "batchdesk-audit-2026-11-21.csv"


def test_the_channel_line_has_the_caller_the_channel_the_command_and_the_outcome() -> None:
    line = audit_line(ADA, f"delete {ID}", "done").text

    assert line == f"✅ <@U0ADA> in <#C0BATCHES>: `/batch delete {ID}` → done"
    assert "<#" not in audit_line(AT_HOME, "cancel x", "refused").text


def test_the_channel_line_mentions_no_one_named_in_a_command() -> None:
    line = audit_line(ADA, "delete <!channel> `@here` *x*", "done")

    assert "<" not in OURS.sub("", line.text)
    assert line.text.count("`") == 2
