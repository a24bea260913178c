"""Generate a deterministic file of requests: realistic lines of about 2.5 KB each, or lines of one odd kind."""

import base64
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

_MODELS = ("claude-haiku-4-5", "claude-sonnet-4-6", "claude-opus-5", "claude-haiku-5-5")
_SENTENCES = (
    "The invoice of 3 March names two different totals, and only the second one matches the order. ",
    "Größe und Gewicht stimmen; die Maße weichen um 2 % ab.\u2028",
    'The field "amount" holds 1,204.50 where the schema asks for a number: {"amount": "1,204.50"}\n',
    "見積書の合計は正しい。 The rest is in English. ",
    "Recommended next step: ask the supplier for the corrected certificate \\ and attach it. ",
)
_TOOL = {"name": "file", "input_schema": {"type": "object", "properties": {"n": {"type": "integer"}}}}


def generate_requests(count: int, seed: int = 20261121) -> Iterator[bytes]:
    """Yield `count` lines, each with its newline; the same `seed` gives the same lines."""
    rng = random.Random(seed)
    for number in range(count):
        line = {"custom_id": f"invoice-{number:06d}", "params": _params(rng, number)}
        yield json.dumps(line, ensure_ascii=number % 4 == 0).encode() + b"\n"


def write_requests(path: Path, count: int, kind: str | None = None) -> int:
    """Write `count` lines to `path`, of a `kind` in `KINDS`; return the size in bytes."""
    with path.open("wb") as file:
        file.writelines(generate_requests(count) if kind is None else _generate_kind(count, KINDS[kind]))
    return path.stat().st_size


def _generate_kind(count: int, make: Callable[[random.Random], dict[str, object]]) -> Iterator[bytes]:
    rng = random.Random(20261121)
    for number in range(count):
        params = {"model": _MODELS[0], "max_tokens": 1_024} | make(rng)
        yield json.dumps({"custom_id": f"r-{number:06d}", "params": params}).encode() + b"\n"


def _make_text(rng: random.Random, sentences: int) -> str:
    return "".join(rng.choice(_SENTENCES) for _ in range(sentences))


def _make_turns(rng: random.Random, texts: list[str]) -> list[dict[str, object]]:
    return [{"role": ("user", "assistant")[index % 2], "content": text} for index, text in enumerate(texts)]


def _make_image(rng: random.Random) -> dict[str, object]:
    data = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(16) + rng.randbytes(40_000)).decode()
    source = {"type": "base64", "media_type": "image/png", "data": data}
    content = [{"type": "image", "source": source}, {"type": "text", "text": _make_text(rng, 2)}]
    return {"messages": [{"role": "user", "content": content}]}


def _make_tool_turns(rng: random.Random) -> dict[str, object]:
    call = f"toolu_{rng.randrange(10**12):012d}"
    turns = [
        {"role": "user", "content": _make_text(rng, 5)},
        {"role": "assistant", "content": [{"type": "tool_use", "id": call, "name": "file", "input": {"n": 1}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call, "content": _make_text(rng, 10)}]},
    ]
    return {"tools": [_TOOL], "messages": turns}


KINDS: dict[str, Callable[[random.Random], dict[str, object]]] = {
    "short text": lambda rng: {"messages": _make_turns(rng, [_make_text(rng, 1)])},
    "text of 40 KB": lambda rng: {"messages": _make_turns(rng, [_make_text(rng, 500)])},
    "conversation of 21 turns": lambda rng: {"messages": _make_turns(rng, [_make_text(rng, 1) for _ in range(21)])},
    "system prompt of its own": lambda rng: {
        "system": _make_text(rng, 10),
        "messages": _make_turns(rng, [_make_text(rng, 3)]),
    },
    "a tool's call and its result": _make_tool_turns,
    "image of 40 KB": _make_image,
}
"""What the params of a line have besides the model and `max_tokens`, by the name of their kind."""


def _params(rng: random.Random, number: int) -> dict[str, object]:
    text = "".join(rng.choice(_SENTENCES) for _ in range(rng.randrange(14, 34)))
    content: object = text if number % 3 else [{"type": "text", "text": text}, {"type": "text", "text": text[:200]}]
    params: dict[str, object] = {
        "model": _MODELS[number % len(_MODELS)],
        "max_tokens": 1_024,
        "system": "You compare invoices with orders and answer in one sentence.",
        "messages": [{"role": "user", "content": content}],
    }
    return params | ({"tools": [_TOOL]} if number % 10 == 0 else {})
