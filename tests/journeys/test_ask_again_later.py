"""A waiting draft shows when it expires, and that date does not move when someone asks again."""

import re
from datetime import timedelta

from tests.desk import Desk
from tests.journeys.creating import ask_about_file, sound_file

EXPIRES = re.compile(r"type `(/batch send \S+)` by <!date\^(\d+)\^")


async def test_asking_again_does_not_extend_a_draft(desk: Desk) -> None:
    first = await ask_about_file(desk, sound_file())
    [(line, expires)] = EXPIRES.findall(first.visible_text)
    desk.time.later = timedelta(days=6)

    [again] = await desk.type(line)

    assert EXPIRES.findall(again.visible_text) == [(line, expires)]
