"""Memory of a program and the processes that it started, from /proc."""

from collections.abc import Iterator
from pathlib import Path


def read_resident_bytes(pid: int) -> int:
    """Return the resident memory of a process and its children; of a child that ends meanwhile, 0."""
    return sum(_read_resident(one) for one in (pid, *_list_children(pid)))


def _list_children(pid: int) -> Iterator[int]:
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            yield from map(int, children.read_text().split())
        except OSError:
            continue


def _read_resident(pid: int) -> int:
    try:
        fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    except OSError:
        return 0
    return int(fields.get("VmRSS", "0 kB").split()[0]) * 1024
