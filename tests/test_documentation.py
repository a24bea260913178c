"""The documents against the code: every setting, verb, target and link is there."""

import argparse
import re
from pathlib import Path

import pytest

from bot.__main__ import _parser
from bot.commands.registry import SHOWN
from bot.settings.table import markdown_table

ROOT = Path(__file__).parent.parent
SKIPPED = {".venv", ".venv-newest", "node_modules", ".git", ".pytest_cache", ".hypothesis"}
DOCUMENTS = sorted(path for path in ROOT.rglob("*.md") if not SKIPPED & set(path.relative_to(ROOT).parts))


def read(name: str) -> str:
    path = ROOT / name
    assert path.is_file(), f"{name} is missing"
    return path.read_text(encoding="utf-8")


def test_the_readme_shows_the_table_of_settings_that_the_fields_make() -> None:
    shown = re.search(r"^\| name \| meaning \| default \|\n(\|.*\n)+", read("README.md"), re.MULTILINE)

    assert shown is not None
    assert shown[0].splitlines() == markdown_table().splitlines(), f"put this table there:\n{markdown_table()}"


@pytest.mark.parametrize("usage", [command.help.usage for command in SHOWN if command.help])
def test_the_readme_shows_how_every_verb_is_typed(usage: str) -> None:
    readme = read("README.md").replace("\\|", "|")  # as a table has to write it

    assert f"/batch {usage}" in readme


def test_the_readme_names_every_way_to_start() -> None:
    readme = read("README.md")
    (choices,) = [action.choices for action in _parser()._actions if isinstance(action, argparse._SubParsersAction)]

    assert [name for name in choices if f"python -m bot {name}" not in readme] == []


def test_the_readme_names_every_make_target() -> None:
    phony = re.search(r"^\.PHONY:(.*)$", read("Makefile"), re.MULTILINE)
    assert phony
    readme = read("README.md") + read("CONTRIBUTING.md")

    assert [target for target in phony[1].split() if f"make {target}" not in readme] == []


def test_the_map_names_everything_at_the_top_of_the_package() -> None:
    inside = [path for path in (ROOT / "bot").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
    names = {f"{path.name}/" if path.is_dir() else path.name for path in inside} - {"__init__.py"}

    assert "pipeline.py" in names
    assert [name for name in sorted(names) if f"`{name}`" not in read("bot/README.md")] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_within_the_repository_leads_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) + re.findall(r'(?:src|href)="([^"#]+)', text)
    local = [link for link in links if not re.match(r"[a-z]+:", link)]

    assert [link for link in local if not (document.parent / link).exists()] == []


@pytest.mark.parametrize(
    "document", ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "bot/README.md", "tests/README.md"]
)
def test_the_documents_there_are_to_be_are_there(document: str) -> None:
    assert read(document).startswith("# ")


def test_the_changelog_has_a_section_for_unreleased_changes() -> None:
    assert re.search(r"^## \[?(Unreleased|\d+\.\d+\.\d+)", read("CHANGELOG.md"), re.MULTILINE)
