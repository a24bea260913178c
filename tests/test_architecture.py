"""The shape of the code, enforced: docstrings, verbs and their tests, import circles, imports without side effects."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from bot.commands.registry import COMMANDS

ROOT = Path(__file__).parent.parent
SHARED_BY_VERBS = {"__init__", "base", "bulk_change", "change", "draft_change", "registry"}
FAKES = {"mock", "patch", "setattr", "setitem", "Mock", "MagicMock", "AsyncMock"}

SLEEPING_TESTS = {
    "tests/journeys/test_as_several_processes.py": "whether another process is ready can only be asked again and again",
    "tests/api/test_client_wire.py": "a server that drips waits between its bytes; the test itself does not",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(*endings: str) -> list[Path]:
    """Return our own files with one of these endings, without what is generated."""
    found = [path for folder in ("bot", "tests", "bench") for path in (ROOT / folder).rglob("*")]
    return sorted(path for path in found if path.suffix in endings and "__pycache__" not in path.parts)


PYTHON = files(".py")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def nodes() -> Iterator[tuple[Path, ast.AST]]:
    for path in PYTHON:
        for node in ast.walk(tree_of(path)):
            yield path, node


def test_every_module_has_a_docstring() -> None:
    assert [name_of(path) for path in PYTHON if not ast.get_docstring(tree_of(path))] == []


def test_package_files_hold_a_docstring_only() -> None:
    packages = [path for path in PYTHON if path.name == "__init__.py"]

    assert packages
    assert [name_of(path) for path in packages if len(tree_of(path).body) != 1] == []


def test_nothing_of_our_own_is_faked() -> None:
    faked = [
        f"{name_of(path)}: {ast.unparse(node)}"
        for path, node in nodes()
        if (
            isinstance(node, ast.Import | ast.ImportFrom)
            and any(part == "mock" for alias in node.names for part in f"{_module(node)}.{alias.name}".split("."))
        )
        or (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in {"monkeypatch", "mocker"}
            and node.attr in FAKES
        )
    ]

    assert faked == []


def test_no_test_sleeps() -> None:
    """A test that sleeps is slow on a quick machine and fails on a slow one. `sleep(0)` lets other tasks go first."""
    sleeping = {
        name_of(path)
        for path in PYTHON
        if path.is_relative_to(ROOT / "tests")
        and any(isinstance(node, ast.Call) and _sleeps(node) for node in ast.walk(tree_of(path)))
    }

    assert sleeping == SLEEPING_TESTS.keys()


def _sleeps(call: ast.Call) -> bool:
    name = getattr(call.func, "attr", getattr(call.func, "id", None))
    return name == "sleep" and [ast.unparse(argument) for argument in call.args] != ["0"]


def _module(node: ast.Import | ast.ImportFrom) -> str:
    return (node.module or "") if isinstance(node, ast.ImportFrom) else ""


def imports(path: Path) -> set[str]:
    """Return the modules a file imports, as dotted names."""
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {_module(node), *(f"{_module(node)}.{alias.name}" for alias in node.names)}
    return found


def modules_in(folder: str) -> set[str]:
    """Return the names of the modules in a folder, without its `__init__`."""
    return {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__"}


def test_every_verb_has_a_module_that_does_it_one_that_draws_it_and_one_that_tests_it() -> None:
    verbs = modules_in("bot/commands") - SHARED_BY_VERBS

    assert modules_in("bot/ui/verbs") == verbs
    assert {f"test_{verb}" for verb in verbs} - modules_in("tests/commands") == set()
    assert modules_in("tests/ui/outcomes") == verbs


def test_every_package_of_the_bot_has_a_folder_of_tests() -> None:
    packages = {path.parent.name for path in (ROOT / "bot").glob("*/__init__.py")}

    assert {package for package in packages if not list((ROOT / "tests" / package).glob("**/test_*.py"))} == set()


def test_no_files_import_each_other_in_a_circle() -> None:
    """Count imports for type checkers too: two files that only make sense together are one idea in two places."""
    graph = {module_name(path): imports(path) for path in PYTHON if path.is_relative_to(ROOT / "bot")}

    assert circles({module: imported & graph.keys() for module, imported in graph.items()}) == []


def test_a_circle_would_be_found() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": set[str](), "f": {"f"}}

    assert circles(graph) == [{"a", "b", "c"}]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def circles(graph: dict[str, set[str]]) -> list[set[str]]:
    """Return the strongly connected components of more than one node: each node reaches every other one."""
    reached = {node: reachable(graph, node) for node in graph}
    found = {frozenset(other for other in reached[node] if node in reached[other]) | {node} for node in graph}
    return sorted((set(component) for component in found if len(component) > 1), key=sorted)


def reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    """Return the nodes that imports lead to from this one."""
    found, ahead = set[str](), [start]
    while ahead:
        new = graph[ahead.pop()] - found
        found |= new
        ahead += new
    return found


def test_verbs_know_nothing_of_each_other() -> None:
    modules = {command.__module__ for command in COMMANDS}
    known = {
        module: sorted(imports(ROOT / f"{module.replace('.', '/')}.py") & (modules - {module})) for module in modules
    }

    assert {module: others for module, others in known.items() if others} == {}


def test_what_verbs_share_knows_no_verb() -> None:
    verbs = {command.__module__ for command in COMMANDS}
    shared = [ROOT / f"bot/commands/{stem}.py" for stem in SHARED_BY_VERBS - {"registry"}]
    language = list((ROOT / "bot/commands/language").glob("*.py"))

    assert [name_of(path) for path in [*shared, *language] if imports(path) & verbs] == []


def test_no_two_commands_share_a_verb() -> None:
    assert [(one, other) for one, other in combinations(COMMANDS, 2) if one.verb == other.verb] == []


def test_every_module_of_verbs_is_registered_or_shared() -> None:
    """Catch a verb that was written and not registered, which would be silently unknown."""
    modules = {path.stem for path in (ROOT / "bot" / "commands").glob("*.py")}
    defining = {
        path.stem
        for path in (ROOT / "bot" / "commands").glob("*.py")
        for node in tree_of(path).body
        if isinstance(node, ast.ClassDef) and any(_sets_verb(line) for line in node.body)
    }

    assert modules >= SHARED_BY_VERBS
    assert {f"bot.commands.{stem}" for stem in defining - SHARED_BY_VERBS} == {
        command.__module__ for command in COMMANDS
    }


def _sets_verb(line: ast.stmt) -> bool:
    return isinstance(line, ast.AnnAssign) and line.value is not None and ast.unparse(line.target) == "verb"


WATCHER = """
import importlib, os, sys
import dbos  # looks at the machine when it is imported
seen = []
def hook(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.mkdir", "os.remove"):
        seen.append(f"{event} {arguments[1:]}")
    if event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)):
        if arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            seen.append(f"open {arguments[0]}")
sys.addaudithook(hook)
for name in sys.argv[1:]:
    importlib.import_module(name)
print("\\n".join(seen))
"""


def modules_of_bot() -> list[str]:
    names = [module_name(path) for path in PYTHON if path.is_relative_to(ROOT / "bot")]
    return [name for name in names if name != "bot.store.migrations.env"]  # a script, which alembic runs


@pytest.mark.parametrize("also", [[], ["tests.does_io_on_import"]])
def test_nothing_happens_on_import(also: list[str], tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "does_io_on_import.py").write_text(f"open({str(tmp_path / 'written')!r}, 'w').close()")
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}", "PYTHONDONTWRITEBYTECODE": "1"}

    done = subprocess.run(
        [sys.executable, "-c", WATCHER, *modules_of_bot(), *also],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == (["open", str(tmp_path / "written")] if also else [])
