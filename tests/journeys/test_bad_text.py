"""Odd and hostile text runs nothing by mistake, reaches no API path, and mentions no one."""

import json
import re

import pytest

from bot.playground.api_simulator.faults import ApiFault
from tests.conftest import OpenDesk
from tests.desk import Desk

EVIL_IDS = [
    "../../v1/files/file_1",
    "msgbatch_%2e%2e%2fmodels",
    "msgbatch_01?limit=1000",
    "msgbatch_01#fragment",
    '"msgbatch_01\nX-Evil: 1"',
    "msgbatch_\u034f01/..",
    "msgbatch_" + "a" * 300,
    "msgbatch_01\\..\\x",
]


@pytest.mark.parametrize("evil", EVIL_IDS)
@pytest.mark.parametrize("verb", ["status", "delete"])
async def test_no_call_is_made_of_an_id_that_could_change_the_path(desk: Desk, verb: str, evil: str) -> None:
    [reply] = await desk.type(f"/batch {verb} {evil}")

    assert "isn't a batch id" in reply.visible_text
    assert "\u202e" not in reply.visible_text + reply.text
    assert desk.api.requests == []


async def test_ten_thousand_characters_are_refused_in_one_sentence(desk: Desk) -> None:
    [reply] = await desk.type("/batch status " + "x" * 10_000)

    assert "Shorten it to 3,000" in reply.visible_text
    assert len(reply.visible_text) < 500
    assert desk.api.requests == []


@pytest.mark.parametrize(
    ("typed", "meant"), [("staus last", "status"), ("dleete last", "delete"), ("rm last", "delete"), ("ls", "list")]
)
async def test_a_misspelt_verb_gets_one_suggestion_and_runs_nothing(desk: Desk, typed: str, meant: str) -> None:
    desk.api.workspace.add(succeeded=1)

    [reply] = await desk.type(f"/batch {typed}")

    assert f"Did you mean `/batch {meant}`?" in reply.visible_text
    assert desk.api.requests == []


async def test_a_verb_like_nothing_gets_no_suggestion(desk: Desk) -> None:
    [reply] = await desk.type("/batch xyzzy")

    assert "There is no command `xyzzy`" in reply.visible_text
    assert "Did you mean" not in reply.visible_text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("delete", "Which batch?"),
        ("status last --yes", "has no option `--yes`"),
        ("delete last --force", "has no option `--force`"),
        ("delete last please", "I didn't understand `please`"),
        ("list --limit", "`--limit` needs a value"),
        ("list --limit 0", "I didn't understand `0`"),
        ("list --older-than soon", "I didn't understand `soon`"),
        ("list done", "I didn't understand `done`"),
        ("status last --public=yes", "`--public` takes no value"),
        ("audit --before last", "I didn't understand `last`"),
    ],
)
async def test_what_is_wrong_is_named_with_the_usage_and_nothing_is_run(desk: Desk, typed: str, says: str) -> None:
    [reply] = await desk.type(f"/batch {typed}")

    assert says in reply.visible_text
    assert "Usage: `/batch" in reply.visible_text
    assert desk.api.requests == []


async def test_a_batch_of_another_workspace_is_said_not_to_be_here(desk: Desk) -> None:
    [reply] = await desk.type("/batch status msgbatch_01AAAAAAAAAAAAAAAAAAAAAA")

    assert "There is no batch" in reply.visible_text
    assert "the id has a typo" in reply.visible_text


async def test_a_prefix_that_fits_several_lists_them_and_does_nothing(desk: Desk) -> None:
    ids = [desk.api.workspace.add(succeeded=1, id=f"msgbatch_01Same{tail * 18}").id for tail in "AB"]

    [reply] = await desk.type("/batch delete 01Same")

    assert "2 batches match `01Same`. Which one?" in reply.visible_text
    assert all(f"`{batch}`" in reply.visible_text for batch in ids)
    assert desk.deletes == []


async def test_a_prefix_without_a_match_says_where_the_bot_looked(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=1)

    [reply] = await desk.type("/batch status 01Nothing")

    assert "No batch id or label matches `01Nothing`" in reply.visible_text
    assert "1 batch" in reply.visible_text


async def test_last_in_an_empty_workspace_is_no_crash(desk: Desk) -> None:
    [reply] = await desk.type("/batch status last")

    assert "There are no batches yet." in reply.visible_text


@pytest.mark.parametrize(
    "loud", ["<!channel>", "<!here>", "@here", "<!subteam^S0OPERATORS>", "`@everyone`", "<https://evil.test|click>"]
)
@pytest.mark.parametrize("where", ["{}", "status {}", "list {}", "status last --{}", "help {}"])
async def test_typed_text_mentions_no_one(desk: Desk, where: str, loud: str) -> None:
    [reply] = await desk.type(f"/batch {where.format(loud)} --public")

    written = json.dumps(reply.blocks, ensure_ascii=False) + reply.text
    assert "<!" not in written.replace("<!date^", "")
    assert "<http" not in written
    assert all(text.get("verbatim") for text in mrkdwn_in(reply.blocks))
    assert "@here" not in re.sub("`[^`]*`", "", reply.text)


async def test_text_from_the_api_mentions_no_one(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    words = "<!channel> `*oops*` @here <https://evil.test|log in>"
    body = {"type": "error", "error": {"type": "<!here>", "message": words}, "request_id": "<@U0BEN>"}
    desk.api.add_fault(ApiFault(status=400, body=json.dumps(body)))

    [reply] = await desk.type("/batch status last --public")

    written = json.dumps(reply.blocks, ensure_ascii=False) + reply.text
    assert "&lt;!channel&gt;" in written
    assert "<!" not in written
    assert "<@" not in written
    assert "<http" not in written


def mrkdwn_in(value: object) -> list[dict[str, object]]:
    """Every mrkdwn text object within blocks."""
    if isinstance(value, list):
        return [found for item in value for found in mrkdwn_in(item)]
    if not isinstance(value, dict):
        return []
    own = [value] if value.get("type") == "mrkdwn" else []
    return own + [found for item in value.values() for found in mrkdwn_in(item)]
