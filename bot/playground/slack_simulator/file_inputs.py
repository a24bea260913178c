"""Files a person chose in a modal, as the submission carries them."""

from typing import Any

from bot.playground.slack_simulator.file_shelf import file_object
from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.workspace import Workspace


def with_whole_files(values: Json, workspace: Workspace) -> Json:
    """The state values with each chosen file's id grown to its whole file object."""
    return {
        block_id: {action_id: _grown(entry, workspace) for action_id, entry in actions.items()}
        for block_id, actions in values.items()
    }


def _grown(entry: Json, workspace: Workspace) -> Json:
    if entry.get("type") != "file_input":
        return entry
    chosen: list[Any] = entry.get("files") or []
    ids = [file["id"] if isinstance(file, dict) else file for file in chosen]
    files = workspace.files.files
    return {**entry, "files": [file_object(files[id_], workspace.url) for id_ in ids if id_ in files]}
