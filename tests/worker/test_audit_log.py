"""The audit log: each row once, as a line of JSON, in a file that only grows, whatever the disk does meanwhile."""

import json
import logging
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.store.records import audit
from bot.store.records.audit import FOLDED_WITHIN, Intent, RecordedOutcome
from bot.worker.audit_log import STDOUT, AuditLog
from tests.builders import ID
from tests.desk import ADA, BATCHES
from tests.worker.scene import Scene


def intent(scene: Scene, command: str = f"delete {ID}", detail: str | None = None) -> Intent:
    return Intent(
        at=scene.now(),
        user_id=ADA,
        team_id="T0DEMO",
        channel_id=BATCHES,
        verb=command.partition(" ")[0],
        command=command,
        subject=ID,
        confirmation_id=None,
        detail=detail,
    )


def act(scene: Scene, outcome: RecordedOutcome = "done", **words: Any) -> int:
    done = intent(scene, **words)
    return scene.database.transact(lambda connection: audit.record_act(connection, done, outcome, done.at))


def begin(scene: Scene) -> int:
    begun = intent(scene)
    return scene.database.transact(lambda connection: audit.record_intent(connection, begun, held_by="w"))


def settle(scene: Scene, number: int, outcome: RecordedOutcome) -> None:
    def store(connection: Connection) -> bool:
        return audit.record_outcome(connection, number, outcome=outcome, detail="so", at=scene.now())

    assert scene.database.transact(store)


def refuse(scene: Scene) -> None:
    refused = intent(scene, detail="not permitted: not admin")
    scene.database.transact(lambda connection: audit.record_refusal(connection, refused))


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("ascii").splitlines()]


def read(path: Path) -> str:
    return path.read_text("ascii")


def write(path: Path, text: str) -> None:
    """Make a file that others may read."""
    path.write_text(text)
    path.chmod(0o644)


def is_private(path: Path) -> bool:
    return path.stat().st_mode & 0o777 == 0o600


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


async def test_a_row_is_one_line_with_every_field(either_scene: Scene, path: Path) -> None:
    number = act(either_scene, detail='1 request, "quoted"\n\u2028$1.20')
    at = either_scene.now().isoformat()

    count = await AuditLog(path, either_scene.database, either_scene.now).copy()

    assert count == 1
    assert lines_of(path) == [
        {
            "id": number,
            "at": at,
            "user_id": ADA,
            "team_id": "T0DEMO",
            "channel_id": BATCHES,
            "verb": "delete",
            "command": f"delete {ID}",
            "subject": ID,
            "confirmation_id": None,
            "outcome": "done",
            "detail": '1 request, "quoted"\n\u2028$1.20',
            "finished_at": at,
            "times": None,
        }
    ]
    assert is_private(path)


async def test_each_row_is_written_once_and_appended_after_a_restart(scene: Scene, path: Path) -> None:
    first = act(scene)
    await AuditLog(path, scene.database, scene.now).copy()
    second = act(scene, "kept")

    log = AuditLog(path, scene.database, scene.now)
    counts = [await log.copy(), await log.copy()]

    assert counts == [1, 0]
    assert [line["id"] for line in lines_of(path)] == [first, second]


async def test_an_act_is_written_with_its_outcome_and_not_before(scene: Scene, path: Path) -> None:
    log = AuditLog(path, scene.database, scene.now)
    number, doubtful = begin(scene), begin(scene)
    settle(scene, doubtful, "unknown")
    early = await log.copy()

    settle(scene, number, "done")
    await log.copy()
    scene.advance(timedelta(days=1, minutes=1).total_seconds())
    await log.copy()

    assert early == 0
    assert [(line["id"], line["outcome"]) for line in lines_of(path)] == [(number, "done"), (doubtful, "unknown")]


async def test_counted_refusals_are_one_line_with_the_whole_count(scene: Scene, path: Path) -> None:
    log = AuditLog(path, scene.database, scene.now)
    refuse(scene)
    early = await log.copy()
    refuse(scene)
    scene.advance((FOLDED_WITHIN + timedelta(seconds=1)).total_seconds())

    await log.copy()

    assert early == 0
    assert [(line["outcome"], line["times"]) for line in lines_of(path)] == [("refused", 2)]


async def test_a_disk_that_fails_is_counted_and_logged_once_and_its_rows_wait(
    scene: Scene, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "missing" / "audit.jsonl"
    failures: list[int] = []
    log = AuditLog(path, scene.database, scene.now, lambda: failures.append(1))
    first = act(scene)
    for _ in range(3):
        assert await log.copy() == 0
    second = act(scene)
    path.parent.mkdir()

    await log.copy()

    assert len(failures) == 3
    assert [record.levelno for record in caplog.records if "audit log" in record.message] == [
        logging.ERROR,
        logging.WARNING,
    ]
    assert [line["id"] for line in lines_of(path)] == [first, second]


async def test_a_full_disk_stops_no_act(scene: Scene) -> None:
    log = AuditLog(Path("/dev/full"), scene.database, scene.now)
    number = act(scene)

    assert await log.copy() == 0
    assert act(scene) > number


async def test_a_line_that_was_cut_off_is_repeated_on_a_line_of_its_own(scene: Scene, path: Path) -> None:
    write(path, '{"id": 1, "at"')
    number = act(scene)

    await AuditLog(path, scene.database, scene.now).copy()

    cut_off, whole = read(path).splitlines()
    assert cut_off == '{"id": 1, "at"'
    assert json.loads(whole)["id"] == number


async def test_a_file_that_others_may_read_becomes_private(scene: Scene, path: Path) -> None:
    write(path, "")
    act(scene)

    await AuditLog(path, scene.database, scene.now).copy()

    assert is_private(path)


async def test_a_pipe_is_refused_and_does_not_hold_the_worker_up(scene: Scene, path: Path) -> None:
    os.mkfifo(path)
    act(scene)

    assert await AuditLog(path, scene.database, scene.now).copy() == 0


async def test_tokens_and_keys_are_left_out(scene: Scene, path: Path) -> None:
    secrets = ("xoxb-1234-abcd", "xapp-1-A0-b", "sk-ant-api03-x_y-z")
    act(scene, command=f"note {ID} {' '.join(secrets)} end")

    await AuditLog(path, scene.database, scene.now).copy()

    [line] = lines_of(path)
    assert line["command"] == f"note {ID} xoxb-… xapp-… sk-ant-… end"


async def test_a_dash_is_standard_output(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    number = act(scene)

    await AuditLog(STDOUT, scene.database, scene.now).copy()

    assert json.loads(capsys.readouterr().out)["id"] == number


async def test_many_rows_are_all_written(scene: Scene, path: Path) -> None:
    numbers = scene.database.transact(
        lambda connection: [audit.record_act(connection, intent(scene), "done", scene.now()) for _ in range(1_100)]
    )

    await AuditLog(path, scene.database, scene.now).copy()

    assert [line["id"] for line in lines_of(path)] == numbers
