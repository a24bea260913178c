"""Results that are missing from the file are counted, and named where the requests were kept."""

import json

from bot.playground.api_simulator.results import make_result_lines
from bot.playground.api_simulator.workspace import UnusualAnswers
from tests.desk import ADA, Desk
from tests.journeys.creating import ask_about_file, sound_file


async def test_they_are_counted_and_named(desk: Desk) -> None:
    desk.api.workspace.unusual = UnusualAnswers({}, missing=41)
    await desk.press(await ask_about_file(desk, sound_file(90)), "Send")
    desk.api.advance(8_000)
    lines = make_result_lines(desk.api.workspace.batches[0])
    missing = {f"r-{number}" for number in range(90)} - {json.loads(line)["custom_id"] for line in lines}

    [card] = await desk.type("/batch results last")
    await desk.press(card, "Full report")

    modal = desk.slack.modal(ADA)
    assert modal is not None
    assert "⚠️ 41 results are missing" in card.visible_text
    assert "*41 results are missing* from the file" in modal.visible_text
    [names] = [line for line in modal.visible_text.split("\n") if line.startswith("*Missing:*")]
    assert names.endswith(" and 11 more")
    named = {name.strip("`") for name in names.removesuffix(" and 11 more").removeprefix("*Missing:* ").split(", ")}
    assert len(named) == 30
    assert named < missing


async def test_without_the_requests_they_are_only_counted(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=20, missing=1)

    [card] = await desk.type("/batch results last")
    await desk.press(card, "Full report")

    modal = desk.slack.modal(ADA)
    assert modal is not None
    assert "1 result is missing" in card.visible_text
    assert "I can't name the missing results" in modal.visible_text
