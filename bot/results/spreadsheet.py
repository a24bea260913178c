"""CSV (RFC 4180) in which a spreadsheet finds no formula, whether it splits cells at comma, semicolon or tab."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

Cell = str | int | Decimal

# What begins a formula (owasp.org, CSV Injection). A spreadsheet that splits at semicolons or tabs, as those of many
# countries do, reads no quotes inside a line: there a semicolon, a tab or a line break in a text begins a cell too.
_FORMULA_STARTS = "=+\\-@＝＋－＠\t"
_LINE_BREAKS = "\r\n\v\f\x1c-\x1e\x85\u2028\u2029"
_FIRST = re.compile(f'[\r\n]|"*[{_FORMULA_STARTS}]')
_INNER = re.compile(f'([;\t{_LINE_BREAKS}])(?="*[{_FORMULA_STARTS}])')
_OPEN_END = re.compile(f"[;\t{_LINE_BREAKS}]")
"""The end of a last cell after which its closing quote would open the next cell, with a line break in it."""


def write_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return rows as CSV, in UTF-8.

    Numbers stay numbers, unless they are negative. A text gets an apostrophe wherever a formula could begin.
    """
    table = io.StringIO(newline="")
    # RFC 4180: rows end in CRLF, quotes are doubled.
    csv.writer(table, lineterminator="\r\n").writerows(map(_format_row, rows))
    return table.getvalue().encode()


def _format_row(row: Sequence[Cell]) -> list[str]:
    *cells, last = map(_format_cell, row)
    return [*cells, f"{last}'" if _OPEN_END.match(last[-1:]) else last]


def _format_cell(cell: Cell) -> str:
    if cell == "" or (type(cell) is int and cell >= 0):  # most cells
        return str(cell)
    text = f"{cell:f}" if isinstance(cell, Decimal) else str(cell)  # not every spreadsheet reads "1E-7" as a number
    if _INNER.search(text):  # replacing takes longer, also where nothing is replaced
        text = _INNER.sub(r"\1'", text)
    return f"'{text}" if _FIRST.match(text) else text
