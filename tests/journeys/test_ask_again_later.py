"""A draft that waits says until when, and not anew for how long each time it is asked about."""

import re
from datetime import timedelta

from tests.desk import Desk
from tests.journeys.creating import ask_about_file, sound_file

LATER = re.compile(r"Later, until <!date\^(\d+)\^")


async def test_asked_again_it_waits_no_longer_than_was_said(desk: Desk) -> None:
    first = await ask_about_file(desk, sound_file())
    line = first.visible_text.split("Later")[1].split("`")[1]
    desk.time.later = timedelta(days=6)

    [again] = await desk.type(line)

    assert LATER.findall(first.visible_text) == LATER.findall(again.visible_text) != []
