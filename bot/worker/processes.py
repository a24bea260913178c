"""The processes that this one can see: those of the same machine and process namespace."""

import os
import socket
from pathlib import Path


def identify_machine() -> str:
    """Return an id that only processes share that can see each other by number. It begins with the host's name.

    The name is not enough: machines from one image have the same name, and containers may have their host's name but
    numbers of their own (proc(5), pid_namespaces(7)). Without /proc there is only the name.
    """
    name = socket.gethostname()
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()[:8]
        namespace = Path("/proc/self/ns/pid").readlink()
    except OSError:
        return name
    return f"{name} {boot} {namespace}"


def is_running(pid: int) -> bool:
    """Return whether a process of this machine runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
