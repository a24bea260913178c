"""Numbers that are JSON and yet too large for something on the way."""

from bot.playground.api_simulator.faults import ApiFault
from tests.desk import Desk
from tests.journeys.creating import asked_about, jsonl, posts, request


async def test_a_number_beyond_every_float_keeps_no_file_back(desk: Desk) -> None:
    tools = [{"name": "count", "input_schema": {"type": "object", "maximum": "?"}}]
    file = jsonl([request("one", tools=tools)]).replace(b'"?"', b"1e999")

    question = await asked_about(desk, file)
    await desk.press(question, "Send")

    assert "Send 1 request as a new batch?" in question.visible_text
    assert posts(desk) == 1


async def test_more_tokens_than_any_model_gives_are_refused_also_where_the_models_are_not_known(desk: Desk) -> None:
    desk.api.add_fault(ApiFault(path="/v1/models", status=401, times=5))

    refused = await asked_about(desk, jsonl([request("one", max_tokens=10**40)]))

    assert "`params.max_tokens` is out of range" in refused.visible_text
