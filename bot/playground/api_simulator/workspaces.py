"""The workspaces of the simulated organization, and which of them each key reaches."""

from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.errors import ApiError
from bot.playground.api_simulator.model_lifecycles import ModelLifecycles
from bot.playground.api_simulator.workspace import ApiWorkspace


class ApiWorkspaces:
    """Begins with one workspace, which any key reaches until the first one is assigned."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._models = ModelLifecycles(clock)
        self.first = ApiWorkspace(clock, self._models)
        self.all = [self.first]
        self._reached: dict[str, tuple[ApiWorkspace, ...]] = {}

    def add(self, name: str, key: str) -> ApiWorkspace:
        """Add a workspace that this key reaches. Raises ValueError if the name is taken."""
        if any(workspace.name == name for workspace in self.all):
            raise ValueError(f"there is a workspace {name!r} already")
        workspace = ApiWorkspace(self._clock, self._models, name)
        self.all.append(workspace)
        self.assign_key(key, workspace)
        return workspace

    def assign_key(self, key: str, *workspaces: ApiWorkspace) -> None:
        """Let a key reach these workspaces and no others from now on; without any it is revoked."""
        self._reached[key] = workspaces

    def find(self, workspace_id: str) -> ApiWorkspace | None:
        """Return the workspace that calls name with this id, if there is one."""
        return next((workspace for workspace in self.all if workspace.requested_id == workspace_id), None)

    def find_reached(self, key: str) -> list[ApiWorkspace]:
        """Return what a key reaches: at least one workspace. Raises ApiError 401."""
        reached = self._reached.get(key, ()) if self._reached else (self.first,)
        if not reached:
            raise ApiError(401, "API key is invalid.")
        return list(reached)
