"""The help: only what its reader may use."""

from bot.commands.base import Permission
from tests.builders import READER
from tests.ui.catalog import MESSAGES
from tests.ui.walk import shown


def test_help_shows_readers_no_verb_that_they_may_not_use() -> None:
    said = shown(MESSAGES["help_for_reader"])

    assert Permission.OPERATE not in READER.permissions
    assert "/batch status" in said
    assert "/batch cancel" not in said
    assert "/batch delete" not in said
    assert "/batch audit" not in said
