"""The systemd unit in docs/operate.md is one that systemd accepts, and takes away what the bot does not need."""

import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from bot.settings.table import SETTINGS

PAGE = (Path(__file__).parent.parent / "docs" / "operate.md").read_text(encoding="utf-8")
UNIT = re.findall(r"^```ini\n(# /etc/systemd/system/batchdesk\.service\n.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SECRETS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "ANTHROPIC_API_KEY")


def read_lines() -> dict[str, list[str]]:
    """Return the values of each key of the unit."""
    [unit] = UNIT
    found: dict[str, list[str]] = defaultdict(list)
    for line in unit.splitlines():
        if not line.startswith(("#", "[")) and line:
            key, _, value = line.partition("=")
            found[key].append(value)
    return found


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("UMask", "0077"),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("PrivateDevices", "yes"),
        ("CapabilityBoundingSet", ""),
        ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"),
        ("SystemCallFilter", "@system-service"),
        ("MemoryDenyWriteExecute", "yes"),
    ],
)
def test_the_unit_takes_away_what_the_bot_does_not_need(key: str, value: str) -> None:
    assert read_lines()[key] == [value]


def test_every_secret_is_a_credential_and_in_no_variable() -> None:
    lines = read_lines()
    files = dict(value.split("=", 1) for value in lines["Environment"])
    credentials = {value.partition(":")[0] for value in lines["LoadCredential"]}
    known = {setting.name: setting.file_name for setting in SETTINGS.values()}

    assert {known[name] for name in SECRETS} == {name for name in files if name.endswith("_FILE")}
    assert {f"%d/{name}" for name in credentials} == {files[f"{name}_FILE"] for name in SECRETS}
    assert not set(files) & set(known)


def test_systemd_accepts_the_unit_and_rates_it_as_the_page_says(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    [unit] = UNIT
    path = tmp_path / "batchdesk.service"
    path.write_text(unit.replace("/opt/batchdesk/.venv/bin/python", sys.executable))

    verified = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, check=False)
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", path], capture_output=True, text=True, check=False
    )

    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    [exposure] = re.findall(r"exposure level for \S+: ([0-9.]+)", rated.stdout)
    assert float(exposure) < 2
