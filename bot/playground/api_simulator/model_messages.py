"""Generated answers of a model: plausible text and usage that depend only on the batch and the request."""

from typing import Any

from bot.playground.api_simulator.answer_kinds import ANSWER_KINDS, AnswerKind
from bot.playground.api_simulator.ids import draw_fraction, make_id
from bot.playground.api_simulator.requests import Request

_SENTENCES = (
    "The customer asks for a refund of the second charge and attaches the receipt.",
    "Category: billing. Urgency: normal. Language: English.",
    "The invoice total of 1,284.50 € matches the purchase order; the delivery date does not.",
    "Summary: the call ended with an agreement to ship the replacement by Friday.",
    "No personal data beyond the name and the order number was found in the text.",
    "The reviewer likes the battery life and dislikes the weight — four stars of five.",
    "Sentiment: mildly negative, improving towards the end of the conversation.",
    "The contract renews automatically unless notice is given 60 days before its term.",
    "Translation: “Die Lieferung ist vollständig angekommen.”",
    "The function returns early when the list is empty, so the division is never reached.",
    "Recommended next step: ask the supplier for the corrected certificate.",
    "Two of the five claims are supported by the cited sources; the others need checking.",
    "Line one of the address\u2028Line two of the address",
    "Key points:\n- the migration finished on schedule\n- no rows were lost\n- one index has to be rebuilt",
    "The tone is friendly 🙂 and the request is clear: move the appointment to next week.",
    "The passage describes a coastal town in winter, its harbour closed and its streets empty.",
)
"""One of them holds a raw U+2028, which is legal in JSON and which text readers take for a line break."""


_ITERATION_KEYS = (
    "input_tokens",
    "output_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "cache_creation",
)


def make_message(batch_id: str, request: Request) -> dict[str, Any]:
    """Return the Message of a succeeded request, with the keys in captured order. It stops at `max_tokens`.

    An unusual answer keeps its usage, apart from its web searches.
    """
    seed = (batch_id, request.custom_id)
    text = _text(*seed)
    cut = len(text) // 4 > request.max_tokens
    if cut:
        text = text[: request.max_tokens * 4]
    usual = AnswerKind(stop_reason="max_tokens" if cut else "end_turn")
    kind = ANSWER_KINDS[request.answer] if request.answer else usual
    return {
        "model": request.model,
        "id": make_id("msg", *seed),
        "type": "message",
        "role": "assistant",
        "content": kind.make_content(text),
        "container": None,
        "stop_reason": kind.stop_reason,
        "stop_sequence": kind.stop_sequence,
        "stop_details": kind.stop_details,
        "usage": make_usage(batch_id, request),
    }


def make_usage(batch_id: str, request: Request) -> dict[str, Any]:
    """Return the usage of a succeeded request, as its Message has it."""
    seed = (batch_id, request.custom_id)
    tokens = min(max(1, len(_text(*seed)) // 4), request.max_tokens)
    usage = _usage(request, tokens, writes=draw_fraction("cache", *seed) < 0.05)
    kind = ANSWER_KINDS[request.answer] if request.answer else AnswerKind()
    if kind.web_searches:
        usage["server_tool_use"] = {"web_search_requests": kind.web_searches, "web_fetch_requests": 0}
    if kind.iterations:
        own = {"type": "message"} | {name: usage[name] for name in _ITERATION_KEYS}
        usage["iterations"] = [*(each.make_json() for each in kind.iterations), own]
    return usage


def _text(*seed: str) -> str:
    length = 3 + int(4 * draw_fraction("length", *seed))
    start = int(len(_SENTENCES) * draw_fraction("start", *seed))
    return " ".join(_SENTENCES[(start + 7 * step) % len(_SENTENCES)] for step in range(length))


def _usage(request: Request, output_tokens: int, *, writes: bool) -> dict[str, Any]:
    """Return the usage at the batch tier. A few requests write the cached part, and the others read it."""
    written, read = (request.cached_tokens, 0) if writes else (0, request.cached_tokens)
    return {
        "input_tokens": request.input_tokens,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0},
        "output_tokens": output_tokens,
        "server_tool_use": None,
        "service_tier": "batch",
        "inference_geo": "not_available",
    }
