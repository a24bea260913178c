"""The files that a person chose in a modal, as the submission has them."""

from typing import Any

from bot.playground.slack_simulator.file_store import make_file_object
from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.state import SlackState


def expand_files(values: Json, state: SlackState) -> Json:
    """Return the state values with each chosen file's id replaced by its file object."""
    return {
        block_id: {action_id: _expand(entry, state) for action_id, entry in actions.items()}
        for block_id, actions in values.items()
    }


def _expand(entry: Json, state: SlackState) -> Json:
    if entry.get("type") != "file_input":
        return entry
    chosen: list[Any] = entry.get("files") or []
    ids = [file["id"] if isinstance(file, dict) else file for file in chosen]
    files = state.files.files
    return {**entry, "files": [make_file_object(files[id_], state.files_url) for id_ in ids if id_ in files]}
