"""The words about the delivery of a file."""

from bot.ui.components.file_sent import Packing, render_sent
from bot.ui.render import render
from bot.ui.reply import File
from tests.builders import READER
from tests.ui.catalog import OUTCOMES
from tests.ui.walk import shown


def test_a_file_that_the_channel_did_not_accept_is_reported_as_sent_to_direct_messages() -> None:
    file = render(OUTCOMES["results_file_public"], READER)
    assert isinstance(file, File)

    said = render_sent(file, Packing.AS_IT_IS, parts=1, moved_from="C0GENERAL")

    for words in (said.text, shown(said)):
        assert "in this channel" not in words
        assert "in our direct messages" in words
