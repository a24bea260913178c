"""Unusual answers of a model: other stop reasons, other content blocks, no text (docs.anthropic.com, Messages)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Iteration:
    """Tokens of an answer that its own usage does not include (the official SDK 2.14, `usage.iterations`)."""

    type: str
    input_tokens: int
    output_tokens: int
    model: str | None = None

    def make_json(self) -> Block:
        """Return the entry. A compaction names no model."""
        return {
            "type": self.type,
            **({"model": self.model} if self.model else {}),
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        }


@dataclass(frozen=True, slots=True)
class AnswerKind:
    """What is unusual about an answer: its content, why it stopped, and what else its message has.

    In `content`, None stands for the generated text. `iterations` are billed besides the answer.
    """

    content: tuple[Block | None, ...] = (None,)
    stop_reason: str | None = "end_turn"
    stop_sequence: str | None = None
    stop_details: Mapping[str, object] | None = None
    web_searches: int = 0
    iterations: tuple[Iteration, ...] = ()

    def make_content(self, text: str) -> list[Block]:
        """Return the content blocks."""
        return [_make_text(text) if block is None else dict(block) for block in self.content]


def _make_text(text: str, citations: list[Block] | None = None) -> Block:
    return {"type": "text", "text": text, "citations": citations}


_SEARCH = {
    "type": "server_tool_use",
    "id": "srvtoolu_01Kq",
    "name": "web_search",
    "input": {"query": "founding of Lyra"},
}
_FOUND = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_01Kq", "content": []}
_CITATION = {
    "type": "web_search_result_location",
    "url": "https://example.org/lyra",
    "title": "Lyra",
    "encrypted_index": "Eo8B",
    "cited_text": "Lyra",
}
_CALL = {
    "type": "tool_use",
    "id": "toolu_01Hm",
    "name": "extract",
    "input": {"river": "Lyra", "length": 36, "ports": ["=Ost", "<West>"]},
}
_THOUGHT = {"type": "thinking", "thinking": "The question names two rivers; only one has a port.", "signature": "EqMB"}
_HIDDEN_THOUGHT = {"type": "redacted_thinking", "data": "EmwKAhgB"}

ANSWER_KINDS = {
    "pause_turn": AnswerKind((_make_text("I'll look that up. "), _SEARCH), "pause_turn", web_searches=1),
    "max_tokens": AnswerKind(stop_reason="max_tokens"),
    "context_window": AnswerKind(stop_reason="model_context_window_exceeded"),
    "refusal": AnswerKind((), "refusal", stop_details={"type": "refusal", "category": "bio", "explanation": None}),
    "compaction": AnswerKind(({"type": "compaction", "content": None},), "compaction"),
    "stop_sequence": AnswerKind(stop_reason="stop_sequence", stop_sequence="###"),
    "no_stop_reason": AnswerKind(stop_reason=None),
    "tool_call": AnswerKind((None, _CALL), "tool_use"),
    "tool_call_alone": AnswerKind((_CALL,), "tool_use"),
    "blocks": AnswerKind(
        (
            _make_text("I'll look that up."),
            _SEARCH,
            _FOUND,
            _make_text("The capital is "),
            _make_text("Lyra", [_CITATION]),
            _make_text(", founded in 1802."),
        ),
        web_searches=1,
    ),
    "compacted": AnswerKind(iterations=(Iteration("compaction", 17_000, 400),)),
    "advised": AnswerKind(iterations=(Iteration("advisor_message", 9_000, 300, "claude-opus-4-6"),)),
    "thinking": AnswerKind((_THOUGHT, None)),
    "thinking_alone": AnswerKind((_THOUGHT,)),
    "redacted_thinking": AnswerKind((_HIDDEN_THOUGHT,)),
    "empty": AnswerKind(()),
    "empty_text": AnswerKind((_make_text(""),)),
}
"""The names are for `BatchSpec.answers` and `POST /_simulator/answers`."""
