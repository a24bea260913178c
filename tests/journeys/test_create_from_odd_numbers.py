"""Numbers that are valid JSON but too large for a later step."""

from bot.playground.api_simulator.faults import ApiFault
from tests.desk import Desk
from tests.journeys.creating import ask_about_file, count_creates, make_jsonl, make_request


async def test_a_number_beyond_every_float_keeps_no_file_back(desk: Desk) -> None:
    tools = [{"name": "count", "input_schema": {"type": "object", "maximum": "?"}}]
    file = make_jsonl([make_request("one", tools=tools)]).replace(b'"?"', b"1e999")

    question = await ask_about_file(desk, file)
    await desk.press(question, "Send")

    assert "Send 1 request?" in question.visible_text
    assert count_creates(desk) == 1


async def test_more_tokens_than_any_model_gives_are_refused_also_where_the_models_are_not_known(desk: Desk) -> None:
    desk.api.add_fault(ApiFault(path="/v1/models", status=401, times=5))

    refused = await ask_about_file(desk, make_jsonl([make_request("one", max_tokens=10**40)]))

    assert "`params.max_tokens`: out of range" in refused.visible_text
