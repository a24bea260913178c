"""docs/security.md says of every table how long it is kept, and of everything that was tried which test tries it."""

import importlib
import re
from math import prod
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from bot.api.models import RETENTION
from bot.operations.read_results import SUMMARY_RETENTION
from bot.settings.table import SETTINGS
from bot.slack.scopes import BOT_SCOPES, LOST_WITHOUT
from bot.store.db.schema import VERSION_TABLE
from bot.store.db.tables import metadata
from bot.store.records.drafts import SETTLED_LIFETIME, UNSENT_LIFETIME
from bot.store.transactions.retention import BATCH_RETENTION

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TEST = re.compile(r"\[`(test_\w+)`\]\(\.\./(tests/[\w/]+)\.py\)")
TRIED = re.findall(r"^\| ([^|]+) \| ([\d,]+) \| \[`(test_\w+)`\]\(\.\./(tests/[\w/]+)\.py\) \|$", PAGE, re.MULTILINE)


def read_rows(heading: str) -> dict[str, str]:
    """Return the last cell of each row of a section whose first cell is one word of code, by that word."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return {cells[0].split("`")[1]: cells[-1] for cells in rows}


def find_test(name: str, module: str) -> Any:
    return getattr(importlib.import_module(module.replace("/", ".")), name, None)


def count_inputs(test: Any) -> int:
    """Return how many cases a test has, times the examples that it generates or the attempts that it makes."""
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    cases = prod(len(list(mark.args[1])) for mark in marks)
    cases *= prod(int(mark.args[0]) for mark in getattr(test, "pytestmark", []) if mark.name == "attempts")
    if not getattr(test, "is_hypothesis_test", False):
        return cases
    chosen = getattr(test, "_hypothesis_internal_use_settings", None) or settings.default
    assert chosen is not None
    return cases * int(chosen.max_examples)


def test_every_table_says_what_it_holds_and_how_long_it_is_kept() -> None:
    assert {name for name in read_rows("What is stored") if name.startswith("bd_")} == {*metadata.tables, VERSION_TABLE}


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("bd_batches", BATCH_RETENTION.days),
        ("bd_notices", BATCH_RETENTION.days),
        ("bd_summaries", SUMMARY_RETENTION.days),
        ("bd_drafts", UNSENT_LIFETIME.days),
        ("bd_drafts", SETTLED_LIFETIME.days),
        ("BATCHDESK_KEEP_REQUESTS", RETENTION.days),
        ("drafts", UNSENT_LIFETIME.days),
    ],
)
def test_the_days_are_those_of_the_code(name: str, days: int) -> None:
    assert f"{days} days" in read_rows("What is stored")[name]


@pytest.mark.parametrize(("what", "inputs", "name", "module"), TRIED, ids=lambda each: each[:40])
def test_what_was_tried_is_tried_as_often_as_it_says(what: str, inputs: str, name: str, module: str) -> None:
    test = find_test(name, module)

    assert test is not None, f"{module}.py has no {name}"
    assert count_inputs(test) >= int(inputs.replace(",", "")), what


def test_every_line_of_what_was_tried_is_read() -> None:
    tests = PAGE.partition("\n## What was tried\n")[2].count("(../tests/")

    assert len(TRIED) == tests > 25


def test_every_test_that_the_page_names_exists() -> None:
    named = TEST.findall(PAGE)

    assert [name for name, module in named if find_test(name, module) is None] == []
    threats = [line for line in PAGE.partition("## What is stored")[0].splitlines() if line.startswith("| ")]
    assert [line for line in threats[1:] if not TEST.search(line)] == []


def test_every_scope_is_listed_with_its_reason_and_what_is_lost_without_it() -> None:
    assert {name: lost for name, lost in read_rows("Scopes").items() if name in BOT_SCOPES} == LOST_WITHOUT


def test_every_setting_that_the_page_names_exists() -> None:
    known = {setting.name for setting in SETTINGS.values()}

    assert {name for name in re.findall(r"`([A-Z]+_[A-Z_]+)`", PAGE) if name not in known} == set()
