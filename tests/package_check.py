"""Install a wheel as people do, each time in a place of its own, and use the demo there: `make package-check`.

Arguments: the wheel, the folder with pipx, the folder with uv.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

DEADLINE = 300
"""Seconds for each step, on a machine that is busy."""


def install_with_pip(wheel: Path, place: Path, release: Path, develop: Path) -> Path:
    """Install into a new environment."""
    del release, develop
    _run(sys.executable, "-m", "venv", str(place / "venv"), cwd=place)
    _run(str(place / "venv/bin/pip"), "install", "--quiet", "--disable-pip-version-check", str(wheel), cwd=place)
    return place / "venv/bin"


def install_with_uv(wheel: Path, place: Path, release: Path, develop: Path) -> Path:
    """Install as a tool of uv."""
    del release
    settings = {
        "UV_TOOL_DIR": str(place / "tools"),
        "UV_TOOL_BIN_DIR": str(place / "bin"),
        "UV_PYTHON_DOWNLOADS": "never",
    }
    _run(
        str(develop / "uv"), "tool", "install", "--quiet", "--python", sys.executable, str(wheel), cwd=place, **settings
    )
    return place / "bin"


def install_with_pipx(wheel: Path, place: Path, release: Path, develop: Path) -> Path:
    """Install as an application of pipx."""
    del develop
    settings = {
        "PIPX_HOME": str(place / "home"),
        "PIPX_BIN_DIR": str(place / "bin"),
        "PIPX_MAN_DIR": str(place / "man"),
    }
    _run(str(release / "pipx"), "install", "--quiet", "--python", sys.executable, str(wheel), cwd=place, **settings)
    return place / "bin"


def use(programs: Path, place: Path) -> None:
    """Start the demo, load its page, and ask for a batch in the terminal. Nothing of the source is in reach."""
    command = str(programs / "batchdesk")
    demo = subprocess.Popen(
        [command, "demo", "--port", "0"], cwd=place, env=_environment(), stdout=subprocess.PIPE, text=True
    )
    try:
        assert demo.stdout is not None
        address = re.search(r"http://\S+", demo.stdout.readline())
        assert address, "the demo printed no address"
        with urllib.request.urlopen(address[0], timeout=DEADLINE) as page:
            assert b"<title>" in page.read()
    finally:
        demo.terminate()
        demo.communicate(timeout=DEADLINE)
    assert demo.returncode == 0, f"the demo ended with {demo.returncode}"
    assert "19,161 of 20,000" in _run(command, "try", "/batch status last", cwd=place)


def _run(*words: str, cwd: Path, **settings: str) -> str:
    done = subprocess.run(
        words, cwd=cwd, env=_environment() | settings, capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    if done.returncode != 0:
        sys.exit(f"FAIL   {' '.join(words)}\n{done.stdout}{done.stderr}")
    return done.stdout


def _environment() -> dict[str, str]:
    """Return the environment without what would let Python find this source."""
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}


def check(wheel: Path, release: Path, develop: Path) -> None:
    """Check each way to install it."""
    with tempfile.TemporaryDirectory() as folder:
        ways = {"pip": install_with_pip, "uv tool": install_with_uv, "pipx": install_with_pipx}
        for name, install in ways.items():
            place = Path(folder) / name.replace(" ", "-")
            place.mkdir()
            began = time.monotonic()
            programs = install(wheel, place, release, develop)
            installed = time.monotonic()
            use(programs, place)
            version = _run(str(programs / "batchdesk"), "--version", cwd=place).strip()
            print(
                f"OK     {name}: {version} installed in {installed - began:.0f} s; its demo answered",
                f"after {time.monotonic() - installed:.1f} s more",
                flush=True,
            )


if __name__ == "__main__":
    check(*(Path(word).resolve() for word in sys.argv[1:4]))
