"""Every outcome of `preview`, by the name of its golden message."""

from bot.commands.preview import Previewed
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from bot.requests.request_files import FirstRequest
from tests.ui.draft_samples import DRAFT

PARAMS = {
    "model": "claude-haiku-4-5",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Say\u202e <hi>.\nNow."}],
}

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "previewed": Previewed(DRAFT, FirstRequest("r-0001", PARAMS)),
    "previewed_long": Previewed(DRAFT, FirstRequest("r-0001", PARAMS | {"system": "x" * 5_000})),
}
