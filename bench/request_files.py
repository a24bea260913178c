"""Generate a deterministic file of requests: realistic lines of about 2.5 KB each."""

import json
import random
from collections.abc import Iterator
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


def write_requests(path: Path, count: int) -> int:
    """Write `count` lines to `path`; return the size in bytes."""
    with path.open("wb") as file:
        file.writelines(generate_requests(count))
    return path.stat().st_size


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
