"""What Slack refuses is a warning of the health page, unless the bot does without it."""

import pytest

from bot.observability.refusals import SlackRefusals
from bot.slack_faults import Meaning, SlackFault

MISSING = SlackFault(Meaning.FOR_GOOD, "missing_scope", "a:scope")


@pytest.mark.parametrize(
    ("method", "warns"),
    [
        ("chat.postMessage", True),
        ("users.info", True),
        ("files.info", True),
        ("conversations.history", False),
        ("conversations.replies", False),
    ],
)
async def test_a_scope_that_only_looking_needs_is_no_warning(method: str, warns: bool) -> None:
    refusals = SlackRefusals()

    refusals.record(method, 200, 0.1, MISSING)

    assert (await refusals.check_calls() is not None) is warns


async def test_a_dead_token_is_noticed_while_looking() -> None:
    refusals = SlackRefusals()

    refusals.record("conversations.history", 200, 0.1, SlackFault(Meaning.FOR_GOOD, "token_revoked"))

    assert await refusals.check_token() == "Slack refuses the bot's token: token_revoked from conversations.history"
