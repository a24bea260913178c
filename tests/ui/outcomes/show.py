"""Every outcome of `show`, by the name of its golden message."""

from decimal import Decimal

from msgspec import Raw
from msgspec.structs import replace

from bot.commands.registry import Outcome
from bot.commands.show import ResultFound, ResultNotFound, Show, ShowTooEarly, ShowTooLate
from bot.confirmations import ConfirmationNeeded
from bot.operations.find_batch import Reference
from bot.operations.find_result import MissingResult
from bot.results.content import AnswerContent, ToolCall
from bot.results.find_result import OneResult, ResultError
from tests.builders import BATCHES, ID, running
from tests.ui.samples import ENDED

SHOW_QUERY = Show(Reference(ID), "invoice-0042")

ANSWER = OneResult(
    "succeeded",
    "claude-haiku-4-5-20251001",
    "end_turn",
    AnswerContent("*Not bold* <!here> & <https://example.org|link>\nSecond line."),
    1_204,
    87,
    Decimal("0.00081"),
    is_usd_complete=True,
)
CALL = ToolCall("toolu_1", "extract", Raw(b'{"river": "<Lyra>", "length": 36}'))


def _found(result: OneResult) -> ResultFound:
    return ResultFound(SHOW_QUERY, ENDED, result)


def _errored(kind: str, message: str, code: str = "", request_id: str = "") -> ResultFound:
    return _found(OneResult("errored", error=ResultError(kind, message, code, request_id)))


OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "show_answer": _found(ANSWER),
    "show_answer_long": _found(replace(ANSWER, content=AnswerContent("word " * 2_000))),
    "show_answer_tool_calls": _found(
        replace(
            ANSWER,
            stop_reason="tool_use",
            content=AnswerContent("Here it is.", (CALL,) * 4, {"thinking": 1, "server_tool_use": 2}),
        )
    ),
    "show_answer_refused": _found(
        replace(ANSWER, stop_reason="refusal", content=AnswerContent(), category="bio", usd=None)
    ),
    "show_answer_without_text": _found(
        replace(ANSWER, stop_reason=None, content=AnswerContent(left_out={"thinking": 1}))
    ),
    "show_answer_unreadable": _found(OneResult("succeeded", is_readable=False)),
    "show_error": _errored("invalid_request_error", "messages.2.content: <b> `x` is too long", "", "workerreq_01"),
    "show_error_of_the_api": _errored("rate_limit_error", "Spend limit reached", "enforced_spend_limit_reached"),
    "show_error_unreadable": _errored("", ""),
    "show_expired": _found(OneResult("expired")),
    "show_canceled": _found(OneResult("canceled")),
    "show_not_found": ResultNotFound(SHOW_QUERY, ENDED, MissingResult(1_200, 0, (), None)),
    "show_not_found_near": ResultNotFound(
        SHOW_QUERY, ENDED, MissingResult(1_200, 1, ("invoice-0041", "invoice-0043", "-42"), was_sent=False)
    ),
    "show_missing": ResultNotFound(SHOW_QUERY, ENDED, MissingResult(1_159, 3, (), was_sent=True)),
    "show_too_early": ShowTooEarly(SHOW_QUERY, running()),
    "show_too_late": ShowTooLate(BATCHES["archived"]),
}
