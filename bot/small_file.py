"""Read a file that the settings name: a regular one of bounded size, so that no pipe or device holds up a start."""

import os
import stat
from pathlib import Path


def read_small_file(path: Path, most_bytes: int) -> bytes:
    """Return the content of a file.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is a pipe or a device, or is larger than `most_bytes`. The message is a clause.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("it is a pipe or a device")
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise ValueError(f"the file is larger than {most_bytes} bytes")
    return content
