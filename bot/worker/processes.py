"""Which processes this one can see: those of its machine, in its own numbering."""

import os
import socket
from pathlib import Path


def identify_machine() -> str:
    """Return what only processes share that can see each other by number, beginning with the host's name.

    The name alone is not enough: machines made from one image have the same, and containers may be given their host's,
    each with numbers of its own (proc(5), pid_namespaces(7)). Where there is no /proc it is all there is.
    """
    name = socket.gethostname()
    try:
        boot, numbering = Path("/proc/sys/kernel/random/boot_id").read_text()[:8], Path("/proc/self/ns/pid").readlink()
    except OSError:
        return name
    return f"{name} {boot} {numbering}"


def is_running(pid: int) -> bool:
    """Say whether a process of this machine runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
