"""BATCHDESK_AUDIT_LOG: what is done in Slack arrives in the file, also after a restart."""

import json
from pathlib import Path

import pytest

from tests.conftest import OpenDesk
from tests.waiting import until_stored

pytestmark = pytest.mark.worker


def verbs_in(path: Path) -> list[str]:
    lines = path.read_text().splitlines() if path.exists() else []
    return [json.loads(line)["verb"] for line in lines]


async def test_what_is_done_in_slack_arrives_in_the_audit_log(open_desk: OpenDesk, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    desk = await open_desk(audit_log=path)
    batch = desk.api.workspace.add(succeeded=1).id
    await desk.type(f"/batch note {batch} first")

    async def has(*verbs: str) -> bool:
        return verbs_in(path) == list(verbs)

    await until_stored(lambda: has("note"))
    await desk.restart()
    await desk.type(f"/batch label {batch} second")

    await until_stored(lambda: has("note", "label"))
