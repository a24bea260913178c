"""Generate a deterministic results file: lines of the Message Batches API, 2 to 4 KB each, with all outcomes."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

Block = dict[str, object]
Content = Callable[[random.Random, int], list[Block]]
"""Return the content of the message with a number."""

_MODELS = ("claude-sonnet-4-5-20250929",) * 8 + ("claude-opus-4-8", "claude-haiku-5-5")  # most batches have one
_STOPS = ("end_turn",) * 8 + ("max_tokens", "refusal")
# U+2028, U+2029 and U+0085 end a line for Python's text methods, but may appear unescaped in a JSON string.
_SENTENCES = (
    "The invoice of 3 March names two different totals, and only the second one matches the order. ",
    "Größe und Gewicht stimmen; die Maße weichen um 2 % ab.\u2028",
    "A reader would take this for a summary — it is a quotation, “as is”.\u2029",
    'The field "amount" holds 1,204.50 where the schema asks for a number.\n',
    "見積書の合計は正しい。 The rest is in English.\u0085",
    "Recommended next step: ask the supplier for the corrected certificate \\ and attach it. ",
)
_LONG = ("x" * 40 + " ") * 60


def make_text(rng: random.Random, _number: int) -> list[Block]:
    """Return one long text, such as a summary or a translation."""
    return [_text(_words(rng, rng.randrange(21, 42)))]


def make_thinking(rng: random.Random, _number: int) -> list[Block]:
    """Return signed thinking, and the answer."""
    thought: Block = {"type": "thinking", "thinking": _words(rng, rng.randrange(7, 14))}
    return [thought | {"signature": f"{rng.getrandbits(1600):x}"}, _text(_words(rng, rng.randrange(11, 25)))]


def make_tool_call(rng: random.Random, number: int) -> list[Block]:
    """Return a sentence, and the answer as a tool's input, which is how data are extracted from documents."""
    rows = [
        {
            "name": rng.choice(_SENTENCES),
            "quantity": rng.randrange(1, 90),
            "price": rng.randrange(9_999) / 100,
            "tax": None,
        }
        for _ in range(rng.randrange(12, 20))
    ]
    call: Block = {
        "type": "tool_use",
        "id": f"toolu_{number:024d}",
        "name": "file",
        "input": {"invoice": number, "rows": rows},
    }
    return [_text(_words(rng, 2)), call]


def make_citations(rng: random.Random, number: int) -> list[Block]:
    """Return an answer about a document, with a citation for each block that quotes it."""
    return [
        block
        for _ in range(rng.randrange(3, 6))
        for block in (_text(_words(rng, 3)), _text(_words(rng, 2)) | {"citations": [_citation(rng, number)]})
    ]


CONTENTS: Sequence[Content] = (make_text, make_thinking, make_tool_call, make_citations)


def generate_results(count: int, contents: Sequence[Content] = CONTENTS, seed: int = 20261121) -> Iterator[bytes]:
    """Yield `count` lines, each with its newline; messages have each of `contents` equally often.

    The same `seed` gives the same lines.
    """
    rng = random.Random(seed)
    for number in range(count):
        line = {
            "custom_id": f"invoice-{number:06d}-{rng.getrandbits(48):012x}",
            "result": _result(rng, number, contents),
        }
        yield json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def write_results(path: Path, count: int, contents: Sequence[Content] = CONTENTS) -> int:
    """Write `count` lines to `path`; return the size in bytes."""
    with path.open("wb") as file:
        file.writelines(generate_results(count, contents))
    return path.stat().st_size


def _result(rng: random.Random, number: int, contents: Sequence[Content]) -> dict[str, object]:
    match rng.randrange(100):
        case fate if fate < 90:
            return {"type": "succeeded", "message": _message(rng, number, rng.choice(contents)(rng, number))}
        case fate if fate < 97:
            return {"type": "errored", "error": _error(rng, number)}
        case fate:
            return {"type": "canceled" if fate == 97 else "expired"}


def _words(rng: random.Random, sentences: int) -> str:
    return "".join(rng.choice(_SENTENCES) for _ in range(sentences))


def _text(words: str) -> Block:
    return {"citations": None, "type": "text", "text": words}


def _citation(rng: random.Random, number: int) -> Block:
    begin = rng.randrange(9_000)
    cited = rng.choice(_SENTENCES)
    return {
        "type": "char_location",
        "cited_text": cited,
        "document_index": 0,
        "document_title": f"Invoice {number}",
        "start_char_index": begin,
        "end_char_index": begin + len(cited),
        "file_id": None,
    }


def _message(rng: random.Random, number: int, content: list[Block]) -> dict[str, object]:
    is_call = content[-1]["type"] == "tool_use"
    return {
        "model": _MODELS[number % len(_MODELS)],
        "id": f"msg_{rng.getrandbits(96):024x}",
        "type": "message",
        "role": "assistant",
        "content": content,
        "stop_reason": "tool_use" if is_call else rng.choice(_STOPS),
        "stop_sequence": None,
        "stop_details": None,
        "container": None,
        "diagnostics": None,
        "usage": _usage(rng, number),
    }


def _usage(rng: random.Random, number: int) -> dict[str, object]:
    written = rng.randrange(2_000, 9_000) if number % 50 == 0 else 0
    split = {"ephemeral_5m_input_tokens": written // 2, "ephemeral_1h_input_tokens": written - written // 2}
    return {
        "input_tokens": rng.randrange(200, 120_000 if number % 97 == 0 else 4_000),
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": 0 if written else 8_192,
        "cache_creation": split,
        "output_tokens": rng.randrange(300, 1_400),
        "output_tokens_details": {"thinking_tokens": rng.randrange(200) if number % 10 == 0 else 0},
        "server_tool_use": None,
        "service_tier": "batch",
        "speed": "standard",
        "inference_geo": "us" if number % 40 == 0 else "not_available",
    }


def _error(rng: random.Random, number: int) -> dict[str, object]:
    kind, message = rng.choice(
        (
            ("invalid_request_error", f"messages.{number % 7}.content.0: Input should be a valid string"),
            ("invalid_request_error", f"prompt is too long: {rng.randrange(200_001, 260_000)} tokens > 200000 maximum"),
            ("invalid_request_error", f'messages.{number % 7}: unexpected value "{_LONG}"'),
            ("not_found_error", "model: claude-haiku-4.5"),
            ("overloaded_error", "Overloaded"),
            ("api_error", "Internal server error"),
        )
    )
    details = {"error_visibility": "user_facing"}
    return {"type": "error", "error": {"details": details, "type": kind, "message": message}, "request_id": None}
