"""The notices about a watched batch."""

import pytest

from tests.ui.notices.every_notice import NOTICES


@pytest.mark.parametrize("name", [name for name in NOTICES if name.startswith("notice_ended")])
def test_a_notice_mentions_each_watcher_once_where_it_is_read(name: str) -> None:
    message = NOTICES[name]

    assert str(message.blocks).count("<@U0ADA>") == 1
    assert str(message.blocks).count("<@U0BEN>") == 1
