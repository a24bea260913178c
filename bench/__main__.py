"""`python -m bench [NAME…]`: run the named benches, or all of them, each in a process of its own."""

import subprocess
import sys
from importlib.util import find_spec

BENCHES = (
    "ack",
    "whole",
    "start",
    "rest",
    "render",
    "results",
    "reading",
    "watch",
    "create",
    "door",
    "hostile",
    "tokens",
)


def main(names: list[str]) -> int:
    """Run benches; each prints its own Markdown tables. Return 0, 1 if one failed, or 2 for an unknown name."""
    known = [name for name in BENCHES if find_spec(f"bench.{name}") is not None]
    if unknown := [name for name in names if name not in known]:
        print(f"no bench is called {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    failed = False
    for name in names or known:
        print(f"## {name}\n", flush=True)
        failed |= subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode != 0
        print(flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
