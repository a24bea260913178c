"""A desk whose bot works in two workspaces, each of an API simulator of its own. The fixture is in conftest.py."""

from pathlib import Path

from bot.playground.api_simulator.server import ApiSimulator
from tests.desk import ADA, BATCHES, Desk

DEV = "C0DEVELOP"
"""The channel of the second workspace."""
OF_DEVELOPMENT = "msgbatch_01DevQDczcRkaX54ALqbMSq"


class TwoWorkspaces:
    """A desk whose bot works in `production`, of the desk's own API, and in `development`, of another one."""

    def __init__(self, desk: Desk, other: ApiSimulator, folder: Path) -> None:
        self.desk = desk
        self.production = desk.api
        self.development = other
        self._folder = folder

    def write_settings(self, **development: object) -> Path:
        """Write the file of both workspaces. `development`: settings of the second one."""
        (self._folder / "key-1").write_text("sk-ant-production")
        (self._folder / "key-2").write_text("sk-ant-development")
        tables: dict[str, dict[str, object]] = {
            "production": {"base_url": self.production.base_url, "api_key_file": "key-1", "channels": [BATCHES]},
            "development": {
                "base_url": self.development.base_url,
                "api_key_file": "key-2",
                "channels": [DEV],
                **development,
            },
        }
        lines = [
            line
            for name, values in tables.items()
            for line in (f"[{name}]", *(f"{key} = {_spell(value)}" for key, value in values.items()))
        ]
        path = self._folder / "workspaces.toml"
        path.write_text("\n".join(lines))
        return path

    @property
    def direct(self) -> str:
        """Ada's direct messages with the bot."""
        return self.direct_of(ADA)

    def direct_of(self, user: str) -> str:
        """Return a person's direct messages with the bot."""
        return self.desk.slack.world.open_direct_message(user).id

    def ids(self) -> tuple[str, str]:
        """Add an ended batch to each workspace, and return their ids. Both simulators make the same ids in turn."""
        return self.production.workspace.add(succeeded=8).id, self.development.workspace.add(
            succeeded=9, id=OF_DEVELOPMENT
        ).id

    def requests(self) -> tuple[int, int]:
        """Return how many requests each API has seen."""
        return len(self.production.requests), len(self.development.requests)


def _spell(value: object) -> str:
    return str(value).replace("'", '"') if isinstance(value, list) else f'"{value}"'
