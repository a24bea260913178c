"""Both simulators, for a bot in a process of its own."""

import asyncio
import os
import sys
from pathlib import Path

from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.slack_simulator.server import SlackSimulator
from tests.desk import ADA, ALL_SCOPES

ROOT = Path(__file__).parents[1]
KEY = "sk-ant-something"


class Simulators:
    """Both simulators, and the bot as a process between them."""

    def __init__(self, folder: Path, public_url: str = "", *, seeded: bool = False) -> None:
        self.slack = SlackSimulator(scopes=ALL_SCOPES, public_url=public_url)
        self.api = ApiSimulator(speed=0, seeded=seeded)
        self.folder = folder

    async def start(self, *arguments: str, **changes: str) -> asyncio.subprocess.Process:
        """Start `python -m bot …` with settings for these simulators. An empty change removes a setting."""
        settings = self.settings() | {"BATCHDESK_OPERATORS": ADA}
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", *arguments),
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | settings | changes,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    def settings(self) -> dict[str, str]:
        """Return the three settings that every bot needs, and the addresses of these simulators."""
        return {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "ANTHROPIC_API_KEY": KEY,
            "ANTHROPIC_BASE_URL": self.api.base_url,
        }

    async def finish(self, *arguments: str, **changes: str) -> tuple[int | None, str, str]:
        """Run to the end; return the exit status, standard output and standard error."""
        process = await self.start(*arguments, **changes)
        printed, complained = await process.communicate()
        return process.returncode, printed.decode(), complained.decode()
