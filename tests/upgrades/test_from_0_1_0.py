"""A store that version 0.1.0 left behind goes on: watches, questions, drafts, summaries and notices under way.

`from_0_1_0/` has what that version wrote on SQLite and on Postgres, as SQL, with the checked files of its drafts and
the values of the buttons people still have in Slack.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from bot.app import Part
from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.slack_simulator.records import SlackMessage
from bot.playground.slack_simulator.world import Channel
from bot.settings.model import Folder
from tests.desk import ADA, ALL_SCOPES, BATCHES, BEN, BOT, Desk
from tests.store.conftest import HOW_TO_ENABLE
from tests.two_workspaces import DEV
from tests.worker import prepared

pytestmark = pytest.mark.worker

LEFT_BEHIND = Path(__file__).with_name("from_0_1_0")
WATCHED = "msgbatch_01WatchedWatchedWatched1"
READ = "msgbatch_01ReadReadReadReadReadR"
DELETED = "msgbatch_01DeleteDeleteDeleteDe"
ENDED = "msgbatch_01NoticeNoticeNoticeNot"


@dataclass
class Upgraded:
    """A desk whose bot runs on the old store, and the values of the old version's buttons."""

    desk: Desk
    buttons: dict[str, str]

    async def press(self, button: str, user: str = ADA, channel: str = BATCHES) -> SlackMessage:
        """Press a button that the old version drew, and return the one answer."""
        [answer] = await self.desk.new_messages_after(
            user,
            lambda: self.desk.slack.press_raw(user, channel, value=self.buttons[button], action_id="run-0"),
        )
        return answer


BOTH_STORES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH_STORES)
async def upgraded(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Upgraded]:
    """Start the bot on a copy of the old store, a minute after the old version stopped."""
    async with _upgrade(request, tmp_path) as upgraded:
        yield upgraded


@pytest.fixture(params=BOTH_STORES)
async def upgraded_into_two(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Upgraded]:
    """Do the same with settings of two workspaces; the first one is what the old version worked in."""
    async with _upgrade(request, tmp_path, two_workspaces=True) as upgraded:
        yield upgraded


@asynccontextmanager
async def _upgrade(
    request: pytest.FixtureRequest, tmp_path: Path, *, two_workspaces: bool = False
) -> AsyncIterator[Upgraded]:
    kind = str(request.param)
    left = json.loads((LEFT_BEHIND / f"{kind}.json").read_text("utf-8"))
    moment = datetime.fromisoformat(left["at"]) + timedelta(minutes=1)
    changes: dict[str, object] = {"operators": (ADA, BEN), "admins": (ADA,), "keep_requests": Folder(tmp_path)}
    shutil.copytree(LEFT_BEHIND / f"{kind}-drafts", tmp_path / "drafts")
    sql = (LEFT_BEHIND / f"{kind}.sql").read_text("utf-8")
    store = tmp_path / "store.sqlite3"
    desk = Desk(store, "socket", ALL_SCOPES, seeded=False, part=Part.BOTH)
    if kind == "postgres":
        changes["database_url"] = request.getfixturevalue("empty_database")
        _restore_postgres(str(changes["database_url"]), sql)
    else:
        with sqlite3.connect(store) as connection:
            connection.executescript(sql)
        connection.close()
    desk.time.later = moment - datetime.now(UTC)
    desk.api = ApiSimulator(clock=Clock(start=moment, speed=0))
    add = desk.api.workspace.add
    add(id=WATCHED, processing_status="in_progress", ends_in=600.0, succeeded=320, errored=4, age=60.0)
    add(id=READ, succeeded=20, errored=3)
    add(id=DELETED, succeeded=5)
    add(id=ENDED, succeeded=7, errored=5)
    if two_workspaces:
        changes["workspaces"] = _add_workspace(desk, tmp_path)
    try:
        await desk.open(**changes)
        yield Upgraded(desk, left["buttons"])
    finally:
        await desk.close()


def _add_workspace(desk: Desk, folder: Path) -> Path:
    """Add an empty second workspace with a channel of its own, and return the file that names both."""
    desk.api.workspaces.assign_key("sk-ant-production", desk.api.workspace)
    desk.api.workspaces.add("development", "sk-ant-development")
    desk.slack.world.add(Channel(DEV, "batch-dev", frozenset({ADA, BEN, BOT})))
    (folder / "key-1").write_text("sk-ant-production")
    (folder / "key-2").write_text("sk-ant-development")
    file = folder / "workspaces.toml"
    file.write_text(f"""\
[production]
id = "{desk.api.workspace.id}"
api_key_file = "key-1"
channels = ["{BATCHES}"]

[development]
api_key_file = "key-2"
channels = ["{DEV}"]
""")
    return file


@pytest.fixture
def empty_database() -> Iterator[str]:
    """Return the URL of an empty Postgres database that is dropped afterwards."""
    server = os.environ.get("BATCHDESK_TEST_POSTGRES")
    if not server:
        pytest.skip(HOW_TO_ENABLE)
    with prepared.create_database(server) as url:
        yield url


def _restore_postgres(url: str, sql: str) -> None:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(sql)


def public(desk: Desk, batch_id: str) -> list[SlackMessage]:
    """Return what everyone in the channel sees about a batch."""
    return [
        each for each in desk.slack.messages(BATCHES) if each.ephemeral_to is None and batch_id in each.visible_text
    ]


async def test_a_notice_under_way_is_sent_once_with_its_mention(upgraded: Upgraded) -> None:
    desk = upgraded.desk

    told = await desk.slack.wait_for(
        lambda: [each for each in public(desk, ENDED) if f"<@{ADA}>" in each.visible_text], timeout=20
    )

    assert len(told) == 1
    assert ENDED in told[0].visible_text


async def test_a_watched_batch_is_followed_to_its_end(upgraded: Upgraded) -> None:
    desk = upgraded.desk

    desk.api.advance(700.0)
    await desk.bot.worker.sweep.run(0)
    ended = await desk.slack.wait_for(
        lambda: [each for each in public(desk, WATCHED) if f"<@{ADA}>" in each.visible_text], timeout=20
    )

    assert len(ended) == 1
    assert any("320 of 324 succeeded" in each.visible_text for each in public(desk, WATCHED))


async def test_what_one_workspace_left_belongs_to_the_first_of_two(upgraded_into_two: Upgraded) -> None:
    desk = upgraded_into_two.desk

    told = await desk.slack.wait_for(
        lambda: [each for each in public(desk, ENDED) if f"<@{ADA}>" in each.visible_text], timeout=20
    )
    foreign = [await upgraded_into_two.press(button, channel=DEV) for button in ("delete", "send")]
    changed = [call.path for call in desk.api.requests if call.method != "GET"]
    answer = await upgraded_into_two.press("delete")
    sent = await upgraded_into_two.press("send")
    [mine] = await desk.type("/batch audit")
    [theirs] = await desk.type("/batch audit", channel=DEV)

    assert len(told) == 1
    assert told[0].text.startswith("[production] ")
    assert all(each.text.startswith("[development] ") for each in foreign)
    assert changed == []
    assert "Deleted" in answer.visible_text
    assert len(desk.deletes) == 1
    assert desk.api.workspace.batches[0].id in sent.visible_text
    assert DELETED in mine.visible_text
    assert "done" in mine.visible_text
    assert "done" not in theirs.visible_text
    assert theirs.visible_text.count(f"refused · <@{ADA}> in <#{DEV}>") == 2
    assert desk.api.workspaces.all[1].batches == []


async def test_a_question_asked_before_the_upgrade_is_answered_after_it(upgraded: Upgraded) -> None:
    answer = await upgraded.press("delete")

    assert "Deleted" in answer.visible_text
    assert len(upgraded.desk.deletes) == 1


async def test_a_checked_file_is_sent(upgraded: Upgraded) -> None:
    answer = await upgraded.press("send")

    created = upgraded.desk.api.workspace.batches[0]
    assert created.id in answer.visible_text
    assert len(created.requests) == 30


async def test_a_checked_file_is_discarded_by_its_old_button(upgraded: Upgraded) -> None:
    answer = await upgraded.press("drop")

    assert "twelve.jsonl" in answer.visible_text


async def test_results_are_read_once_more_for_what_the_old_version_did_not_bill(upgraded: Upgraded) -> None:
    desk = upgraded.desk

    [reply] = await desk.type("/batch results nightly-eval")
    await desk.type("/batch results nightly-eval")

    assert READ in reply.visible_text
    assert "Nightly eval" in reply.visible_text
    assert "at least" not in reply.visible_text
    assert len([one for one in desk.api.requests if one.path.endswith(f"{READ}/results")]) == 1


async def test_results_that_are_gone_keep_their_figures_and_a_cost_at_least(upgraded: Upgraded) -> None:
    desk = upgraded.desk
    desk.api.advance(30 * 86_400.0)
    desk.time.later += timedelta(days=30)

    [reply] = await desk.type("/batch results nightly-eval")
    [total] = await desk.type("/batch cost --since 5w")

    assert "20 of 23 succeeded" in reply.visible_text
    assert "*Cost*\nat least $0.01\n1 batch was read by an earlier version" in reply.visible_text
    assert "Cost of the last 5 weeks: at least $0.01" in total.visible_text
    assert "`claude-haiku-4-5-20251001`  *at least $0.01*" in total.visible_text
    assert "1 batch was read by an earlier version, which didn't count compaction or advisors" in total.visible_text


async def test_the_cost_of_results_that_were_read_is_kept_without_the_batch(upgraded: Upgraded) -> None:
    desk = upgraded.desk
    desk.api.workspace.delete(READ)

    [reply] = await desk.type("/batch cost --by label")

    assert "at least $0.01 in 1 deleted batch" in reply.visible_text
    assert "`Nightly eval`  *at least $0.01*" in reply.visible_text


async def test_the_record_is_kept(upgraded: Upgraded) -> None:
    [reply] = await upgraded.desk.type("/batch audit")

    assert all(f"*{verb}*" in reply.visible_text for verb in ("notify", "mute", "label", "own", "note", "delete"))


async def test_refused_attempts_are_recorded_beside_the_rows_of_before(upgraded: Upgraded) -> None:
    [refused] = await upgraded.desk.type(f"/batch delete {READ}", user=BEN)
    [reply] = await upgraded.desk.type(f"/batch audit {READ}")

    assert "Only administrators" in refused.visible_text
    assert f"*delete*: refused · <@{BEN}>" in reply.visible_text
    assert "*label*" in reply.visible_text
