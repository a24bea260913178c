"""No cell of an export is a formula, whichever sign a spreadsheet takes for the one between cells."""

import csv
import io
from decimal import Decimal

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.commands.audit import AuditExported
from bot.pricing.prices import Prices
from bot.results.csv_table import CsvConverter, format_causes
from bot.results.spreadsheet import write_csv
from bot.results.summarize import ResultsSummarizer
from bot.ui.reply import File
from bot.ui.verbs.audit import render_audit
from tests.builders import ADMIN, entry

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
TEXTS = st.text(alphabet="=+-@\t\r\n;,\"' ax1\u2028", max_size=12)


def formulas(table: bytes) -> list[tuple[str, str]]:
    """Return the cells that a spreadsheet would run, each with the sign at which it splits cells."""
    text = table.decode()
    return [
        (sign, cell)
        for sign in (",", ";", "\t")
        for row in csv.reader(io.StringIO(text, newline="") if sign == "," else text.splitlines(True), delimiter=sign)
        for cell in row
        if cell.startswith(FORMULAS)
    ]


def results_line(custom_id: str, text: str) -> bytes:
    usage = {"input_tokens": 1, "output_tokens": 2}
    message = {"model": text, "stop_reason": text, "content": [{"type": "text", "text": text}], "usage": usage}
    succeeded = {"custom_id": custom_id, "result": {"type": "succeeded", "message": message}}
    error = {"type": "error", "error": {"type": text, "message": text}}
    errored = {"custom_id": custom_id, "result": {"type": "errored", "error": error}}
    return b"".join(msgspec.json.encode(each) + b"\n" for each in (succeeded, errored))


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=3))
@example([("x-1", "x;=1+1;y")])
@example([("x-2", "=1+1")])
@example([("a", 'x;"=1')])
@example([("a", "list\n- item")])
@example([("a", "a,b;")])
@example([("a", "a,b\n")])
def test_no_cell_of_an_export_is_a_formula(texts: list[tuple[str, str]]) -> None:
    lines = b"".join(results_line(*each) for each in texts)
    converter = CsvConverter(Prices.load())
    summarizer = ResultsSummarizer(Prices.load())
    summarizer.feed(lines)
    audit = render_audit(
        AuditExported(tuple(entry(command=a, detail=b, subject=a, user_id=b) for a, b in texts)), ADMIN
    )
    assert isinstance(audit, File)
    assert isinstance(audit.content, bytes)

    assert formulas(converter.feed(lines) + converter.finish()) == []
    assert formulas(format_causes(summarizer.finish())) == []
    assert formulas(audit.content) == []


@pytest.mark.parametrize("text", ['say "hi", she said', "two\r\nlines", "a,-b", "a - b", "1;2", " =1", "a-1", ""])
def test_a_text_without_a_formula_stays_as_it_is(text: str) -> None:
    assert list(csv.reader(io.StringIO(write_csv([(text, "x")]).decode(), newline=""))) == [[text, "x"]]


def test_numbers_stay_numbers_and_negative_ones_become_text() -> None:
    row = (7, Decimal("0.0000001"), -5, Decimal("-0.5"), "-5")

    assert write_csv([row]) == b"7,0.0000001,'-5,'-0.5,'-5\r\n"
