"""Failures that are missing from the results file are counted and reported."""

import json

from bot.playground.api_simulator.faults import ApiFault
from tests.desk import Desk
from tests.journeys.creating import make_jsonl, make_request, share_file


def canceled(custom_id: str) -> str:
    return json.dumps({"custom_id": custom_id, "result": {"type": "canceled"}})


async def test_failures_that_cannot_be_read_are_not_called_none(desk: Desk) -> None:
    desk.api.workspace.add(canceled=3)
    desk.api.add_fault(ApiFault(path="*/results", body="{odd}\n{odd}\n{odd}\n"))

    [answer] = await desk.type("/batch retry last")

    assert "Nothing failed" not in answer.visible_text
    assert "3 failures couldn't be read from the results" in answer.visible_text


async def test_unreadable_failures_are_reported_beside_readable_ones(desk: Desk) -> None:
    batch = desk.api.workspace.add(canceled=3)
    ids = [each.custom_id for each in batch.requests]
    file = share_file(desk, make_jsonl(map(make_request, ids))).files[0]["id"]
    desk.api.add_fault(ApiFault(path="*/results", body=f"{canceled(ids[0])}\n{{odd}}\n"))

    [question] = await desk.type(f"/batch retry last --file {file}")

    assert "Send 1 request?" in question.visible_text
    assert "2 failures couldn't be read from the results" in question.visible_text
