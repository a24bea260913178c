"""Blocks with much content: markdown, tables and charts (docs.slack.dev, blocks)."""

from collections.abc import Iterator
from typing import Any

from bot.playground.slack_simulator.block_kit.objects import BLOCK_ID
from bot.playground.slack_simulator.block_kit.rich_text import RICH_TEXT
from bot.playground.slack_simulator.block_kit.rules import (
    Problem,
    Rule,
    all_of,
    boolean,
    by_type,
    integer,
    items,
    number,
    one_of,
    shape,
    string,
)

_ID: dict[str, Rule] = {"block_id": BLOCK_ID}
_CELLS: dict[str, Rule] = {
    "raw_text": shape({"text": string(20_000, 1)}),
    "raw_number": shape({"text": string(20_000, 1), "value": number}),
    "rich_text": RICH_TEXT,
}
_LABEL = string(20, 1)
_SETTING = shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})


def _setting_or_null(value: Any, at: str) -> Iterator[Problem]:
    if value is not None:
        yield from _SETTING(value, at)


def _positive(value: Any, at: str) -> Iterator[Problem]:
    yield from number(value, at)
    if isinstance(value, int | float) and value <= 0:
        yield Problem("must be more than 0", at)


def _rectangular(value: Any, at: str) -> Iterator[Problem]:
    rows = value.get("rows") if isinstance(value, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows) or not rows:
        return
    for index, row in enumerate(rows):
        if len(row) != len(rows[0]):
            yield Problem(f"must have {len(rows[0])} cells like the header", f"{at}/rows/{index}")
    for index, cell in enumerate(rows[0]):
        if isinstance(cell, dict) and cell.get("type") == "rich_text":
            yield Problem("header cells may not be rich_text", f"{at}/rows/0/{index}")


_POINT = shape({"label": _LABEL, "value": number})
_SERIES = shape(
    {
        "series": items(shape({"name": _LABEL, "data": items(_POINT, 20)}), 12),
        "axis_config": shape({"categories": items(_LABEL, 20, low=0)}, {"x_label": string(50), "y_label": string(50)}),
    }
)
_CHARTS: dict[str, Rule] = {
    "pie": shape({"segments": items(shape({"label": _LABEL, "value": _positive}), 12)}),
    "bar": _SERIES,
    "line": _SERIES,
    "area": _SERIES,
}

TABLES: dict[str, Rule] = {
    "markdown": shape({"text": string(12_000, 1)}, _ID),
    "table": shape(
        {"rows": items(items(by_type(_CELLS), 20), 100)},
        {**_ID, "column_settings": items(_setting_or_null, 20)},
    ),
    "data_table": all_of(
        _rectangular,
        shape(
            {"caption": string(3000, 1), "rows": items(items(by_type(_CELLS), 20), 201, low=2)},
            {**_ID, "page_size": integer(1, 100), "row_header_column_index": integer(0, 19)},
        ),
    ),
    "data_visualization": shape({"title": string(50, 1), "chart": by_type(_CHARTS)}, _ID),
}
