"""Report the largest files and functions of the bot. Size is a symptom and has no limit: `make sizes` never fails."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
SHOWN = 15


def largest_files() -> list[tuple[int, str]]:
    """Return the number of lines of each file, the largest first."""
    return sorted(((len(text.splitlines()), name) for name, text in _sources()), reverse=True)


def largest_functions() -> list[tuple[int, str]]:
    """Return the number of lines of each function without its docstring, the largest first."""
    return sorted(
        (
            (_lines(node), f"{name}:{node.lineno} {node.name}")
            for name, text in _sources()
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ),
        reverse=True,
    )


def _sources() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "bot").rglob("*.py")):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


if __name__ == "__main__":
    for title, sizes in (("files", largest_files()), ("functions", largest_functions())):
        sys.stdout.write(f"Largest {title}, in lines\n")
        sys.stdout.writelines(f"{lines:6}  {name}\n" for lines, name in sizes[:SHOWN])
