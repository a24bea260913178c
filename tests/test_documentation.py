"""The documents against the code: every setting, verb, target, command line and link is there."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.__main__ import _parser
from bot.commands.registry import SHOWN, parse
from bot.settings.table import SETTINGS
from bot.store.db.database import Database
from tests.generated_docs import PARTS, pages, update

ROOT = Path(__file__).parent.parent
SKIPPED = {".venv", ".venv-newest", "node_modules", ".git", ".pytest_cache", ".hypothesis"}
DOCUMENTS = sorted(path for path in ROOT.rglob("*.md") if not SKIPPED & set(path.relative_to(ROOT).parts))
WITH_COMMAND_LINES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
README_LIMIT = 150
"""Lines. What goes beyond belongs in docs/."""

BLOCK = re.compile(r'^```sh(?: not-run="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
"""A block of command lines: the reason why no test runs them, if there is one, and the lines."""
PLACEHOLDERS = {
    "FILE-LINK": "F0123ABCD",
    "FILE": "9b22d6",
    "ID": "msgbatch_01qHNEQDczcRkaX54ALqbMSq",
    "TYPE": "overloaded_error",
    "COMMAND": "delete",
    "@ada": "U0123ABCD",
    "@ben": "U0123ABCE",
}
"""What stands for each word in capitals, and for a person, in a typed line."""


def read(name: str) -> str:
    path = ROOT / name
    assert path.is_file(), f"{name} is missing"
    return path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def find_blocks(document: Path) -> list[tuple[str, str]]:
    """Return each block of command lines with the reason why it is not run, or an empty one."""
    return [(reason, lines) for reason, lines in BLOCK.findall(document.read_text(encoding="utf-8"))]


def blocks_to_run() -> Iterator[tuple[str, list[str]]]:
    """Yield each document with blocks to run, and these blocks, which build on each other."""
    for document in WITH_COMMAND_LINES:
        if found := [lines for reason, lines in find_blocks(document) if not reason]:
            yield name_of(document), found


def commands(lines: str) -> Iterator[list[str]]:
    """Yield the words of each command line, without comments."""
    for line in lines.replace("\\\n", " ").splitlines():
        if words := shlex.split(line, comments=True):
            yield words


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_the_generated_parts_of_a_page_are_what_the_code_makes(page: Path) -> None:
    written = page.read_text(encoding="utf-8")

    assert written == update(written), "run `make docs`"


def test_every_generated_part_is_in_one_page() -> None:
    texts = [page.read_text(encoding="utf-8") for page in pages()]

    assert {name: sum(f"`make docs`: {name} -->" in text for text in texts) for name in PARTS} == dict.fromkeys(
        PARTS, 1
    )


def test_the_readme_is_short() -> None:
    assert len(read("README.md").splitlines()) <= README_LIMIT


def test_the_readme_names_only_settings_that_exist() -> None:
    known = {setting.name for setting in SETTINGS.values()}
    named = set(re.findall(r"^\| `([A-Z_]+)` \|", read("README.md"), re.MULTILINE))

    assert {"SLACK_BOT_TOKEN", "ANTHROPIC_API_KEY", "BATCHDESK_OPERATORS"} <= named
    assert named - known == set()


@pytest.mark.parametrize("verb", [command.verb for command in SHOWN])
def test_every_verb_has_its_section(verb: str) -> None:
    assert f"\n### {verb}\n" in read("docs/commands.md")


@pytest.mark.parametrize("document", WITH_COMMAND_LINES, ids=name_of)
def test_every_batch_command_in_a_document_can_be_typed(document: Path) -> None:
    code = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    typed = [line for line in re.findall(r"`/batch ?([^`]*)`", code) if "failed with" not in line]

    for line in typed:
        if " " in line:  # the verb alone is its name
            parse(re.sub(r"@(?:ada|ben)|[A-Z][A-Z-]+", lambda word: PLACEHOLDERS.get(word[0], word[0]), line))
        else:
            assert line in {"", *(command.verb for command in SHOWN)}


@pytest.mark.parametrize("document", WITH_COMMAND_LINES, ids=name_of)
def test_every_command_line_starts_something_that_exists(document: Path) -> None:
    targets = re.findall(r"^([\w$().-]+):(?!=)", read("Makefile"), re.MULTILINE)

    for _, lines in find_blocks(document):
        for words in commands(lines):
            if words[0] == "make":
                assert words[1] in targets, words
            elif words[:3] == ["python", "-m", "bot"] or words[:3] == [".venv/bin/python", "-m", "bot"]:
                assert _parser().parse_args(words[3:]).command == words[3]


@pytest.mark.parametrize("document", WITH_COMMAND_LINES, ids=name_of)
def test_every_block_of_command_lines_is_run_or_says_why_not(document: Path) -> None:
    fences = re.findall(r"^```(?:sh|bash|console|shell)\b.*$", document.read_text(encoding="utf-8"), re.MULTILINE)

    assert len(fences) == len(find_blocks(document)), fences


@pytest.mark.parametrize(("document", "blocks"), [pytest.param(*one, id=one[0]) for one in blocks_to_run()])
async def test_the_command_lines_of_a_document_work(document: str, blocks: list[str], tmp_path: Path) -> None:
    place, programs = tmp_path / "place", tmp_path / "place" / ".venv" / "bin"
    programs.mkdir(parents=True)
    python = programs / "python"
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    python.chmod(0o755)
    (place / "batchdesk-requests").mkdir()
    store = Database(f"sqlite:///{place / 'batchdesk.sqlite3'}")
    store.open()
    await store.close()

    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    for lines in blocks:
        ran = subprocess.run(  # noqa: ASYNC221 - nothing else runs meanwhile
            ["sh", "-e", "-c", lines], cwd=place, env=environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, f"{document}: {lines}\n{ran.stdout}{ran.stderr}"


def test_the_documents_name_every_make_target() -> None:
    targets = " ".join(re.findall(r"^\.PHONY:(.*)$", read("Makefile"), re.MULTILINE)).split()
    named = read("docs/develop.md")

    assert "image-check" in targets
    assert [target for target in targets if f"make {target}" not in named] == []


def test_the_former_target_of_the_installation_still_exists() -> None:
    assert "\n$(VENV)/run: " in read("Makefile")


def test_the_map_names_everything_at_the_top_of_the_package() -> None:
    inside = [path for path in (ROOT / "bot").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
    names = {f"{path.name}/" if path.is_dir() else path.name for path in inside} - {"__init__.py"}

    assert "pipeline.py" in names
    assert [name for name in sorted(names) if f"`{name}`" not in read("bot/README.md")] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_within_the_repository_leads_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)[^)]*\)", text) + re.findall(r'(?:src|href)="([^"]+)', text)
    local = [link for link in links if not re.match(r"[a-z]+:", link)]

    for link in local:
        path, _, heading = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not heading or heading in find_anchors(target), link


def find_anchors(document: Path) -> set[str]:
    """Return what GitHub calls the headings of a page in links."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_picture_of_the_readme_says_what_it_shows() -> None:
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", read("README.md"))

    assert len(pictures) == 4
    assert [path for words, path in pictures if len(words) < 20 or not (ROOT / path).is_file()] == []


@pytest.mark.parametrize(
    "document",
    [
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/security.md",
        "bot/README.md",
        "tests/README.md",
        *map(name_of, pages()),
    ],
)
def test_the_documents_there_are_to_be_are_there(document: str) -> None:
    assert read(document).startswith("# ")


def test_the_changelog_has_a_section_for_unreleased_changes() -> None:
    assert re.search(r"^## \[?(Unreleased|\d+\.\d+\.\d+)", read("CHANGELOG.md"), re.MULTILINE)
