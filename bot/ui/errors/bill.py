"""The words for a comparison with Anthropic's bill that was not made."""

from typing import assert_never

from bot.api.errors import ApiRejected, KeyRefused
from bot.operations.bill_check import BillKeyMissing, BillOfAnother, BillUnreadable
from bot.ui.components.text import quote_api

AnyBillError = BillKeyMissing | BillUnreadable | BillOfAnother


def bill_words(error: AnyBillError) -> str:
    """Return what is missing or failed, and who can change it."""
    match error:
        case BillKeyMissing():
            return (
                "To compare costs with Anthropic's bill, an administrator must create an Admin API key in the "
                "Anthropic Console and set it as `BATCHDESK_ANALYTICS_KEY`."
            )
        case BillOfAnother():
            return (
                "`BATCHDESK_ANALYTICS_KEY` belongs to another organization than `ANTHROPIC_API_KEY`. Nothing was "
                "compared. An administrator must set it to an Admin API key of the same organization."
            )
        case BillUnreadable():
            return _unreadable_words(error)
        case unreachable:
            assert_never(unreachable)


def _unreadable_words(error: BillUnreadable) -> str:
    cause = error.cause
    quoted = f"\nThe API says: {quote_api(cause.message)}" if cause.message and not cause.is_foreign else ""
    check = "Everything else works. An administrator must check it with `python -m bot doctor`."
    match cause:
        case KeyRefused():
            return f"Anthropic doesn't let `BATCHDESK_ANALYTICS_KEY` read its cost report. {check}{quoted}"
        case ApiRejected(is_foreign=True):
            return (
                "Something between Batchdesk and Anthropic, such as a proxy, refused the cost report. Everything else "
                "works. An administrator must check the network."
            )
        case ApiRejected():
            return f"Anthropic refused to report costs. {check}{quoted}"
        case _:
            return "Anthropic's cost report doesn't answer right now. Everything else works. Try again in a minute."
