"""The progress message of a long reading."""

import pytest

from bot.operations.progress import Phase, ReadingProgress
from bot.ui.components.progress import render_progress
from tests.builders import ID
from tests.ui.walk import buttons, shown

READING = ReadingProgress(ID, 12_345, 34_567_890, 20_000)


def test_it_names_the_batch_and_shows_how_far_it_is() -> None:
    message = render_progress(READING, Phase.UNDER_WAY, 10.0, "the-reading-id")

    assert f"⏳ Reading *Batch {ID[9:19]}* …" in shown(message)
    assert "12,345 of 20,000 lines · 34.6 MB · 3.5 MB/s" in shown(message)
    assert len(buttons(message)) == 1


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.UNDER_WAY])
def test_every_ending_has_words_and_no_button(phase: Phase) -> None:
    message = render_progress(READING, phase, 10.0, "the-reading-id")

    assert f"*Batch {ID[9:19]}*" in shown(message)
    assert not shown(message).startswith('["Reading')
    assert " …" not in shown(message)
    assert buttons(message) == []
