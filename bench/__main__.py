"""`python -m bench [NAME…]`: run the named benches, or all of them, each in a process of its own."""

import subprocess
import sys
from importlib.util import find_spec

from bench.verdicts import Verdict, find_verdicts, format_verdicts

BENCHES = (
    "ack",
    "whole",
    "start",
    "rest",
    "render",
    "results",
    "reading",
    "watch",
    "watch_workspaces",
    "create",
    "door",
    "hostile",
    "tokens",
)


def main(names: list[str]) -> int:
    """Run benches: each prints its own Markdown tables, and at the end there is one of all targets.

    Return 0, 1 if one failed, or 2 for an unknown name.
    """
    known = [name for name in BENCHES if find_spec(f"bench.{name}") is not None]
    if unknown := [name for name in names if name not in known]:
        print(f"no bench is called {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    failed = False
    verdicts: list[Verdict] = []
    for name in names or known:
        print(f"## {name}\n", flush=True)
        lines: list[str] = []
        with subprocess.Popen([sys.executable, "-m", f"bench.{name}"], stdout=subprocess.PIPE, text=True) as bench:
            for line in bench.stdout or ():
                lines.append(line)
                print(line, end="", flush=True)
        failed |= bench.returncode != 0
        verdicts += find_verdicts(name, "".join(lines))
        print(flush=True)
    print(f"## Targets\n\n{format_verdicts(verdicts)}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
