"""How large requests are, by model: what an estimate needs to know of a file, in a few hundred numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

ATTACHMENT_CHARACTERS = 5_600
"""What an image or a document counts for: an image has about 1,600 tokens at most (docs.anthropic.com, Vision)."""

_SOURCES = ("base64", "url", "file")  # what an attachment's bytes are kept in
_PROMPT = ("system", "messages", "tools")
_STEPS = 8  # sizes are told apart in so many steps between a number and its double


class PriceKind(NamedTuple):
    """What requests are priced alike by, besides their length."""

    model: str
    region: str | None


@dataclass
class SizeGroup:
    """Requests of one kind and of about one length, added up."""

    requests: int = 0
    characters: int = 0
    max_tokens: int = 0


@dataclass
class RequestSizes:
    """Adds up requests by kind and length. The sums are exact, only which request had which length is not kept."""

    _groups: dict[tuple[PriceKind, int], SizeGroup] = field(default_factory=dict)

    def add(self, params: Mapping[str, Any]) -> None:
        """Count a request whose params passed the check."""
        characters = count_prompt_characters(params)
        kind = PriceKind(params["model"], params.get("inference_geo"))
        group = self._groups.setdefault((kind, _step_of(characters)), SizeGroup())
        group.requests += 1
        group.characters += characters
        group.max_tokens += params["max_tokens"]

    def groups(self) -> Iterator[tuple[PriceKind, SizeGroup]]:
        """The groups; one kind may have several."""
        return ((kind, group) for (kind, _), group in self._groups.items())

    def count_by_model(self) -> dict[str, int]:
        """How many requests each model has, most first."""
        found: dict[str, int] = {}
        for kind, group in self.groups():
            found[kind.model] = found.get(kind.model, 0) + group.requests
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def count_prompt_characters(params: Mapping[str, Any]) -> int:
    """Characters of all that the model is given to read; an attachment counts as so many as give its tokens.

    Counted without recursion, so that no nesting is too deep.
    """
    characters = 0
    left: list[Any] = [params[key] for key in _PROMPT if key in params]
    while left:
        value = left.pop()
        if isinstance(value, str):
            characters += len(value)
        elif isinstance(value, list):
            left += value
        elif isinstance(value, dict):
            if value.get("type") in _SOURCES:
                characters += ATTACHMENT_CHARACTERS
            else:
                characters += sum(map(len, value))
                left += value.values()
    return characters


def _step_of(characters: int) -> int:
    """The same number for lengths that differ by less than an eighth; larger for larger ones."""
    octave = max(0, characters.bit_length() - _STEPS.bit_length())
    return octave * 2 * _STEPS + (characters >> octave)
