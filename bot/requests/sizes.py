"""Add up the sizes of requests by model: all that an estimate needs of a file, in a few hundred numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

ATTACHMENT_CHARACTERS = 5_600
"""What an image or document counts as: an image has at most about 1,600 tokens (docs.anthropic.com, Vision)."""

_SOURCE_TYPES = ("base64", "url", "file")  # of an attachment
_PROMPT_KEYS = ("system", "messages", "tools")
_STEPS = 8  # length classes between a length and its double


class PriceKind(NamedTuple):
    """What decides the price of requests, besides their length."""

    model: str
    region: str | None


@dataclass
class SizeGroup:
    """The sums of requests of one kind and of similar length."""

    requests: int = 0
    characters: int = 0
    max_tokens: int = 0


@dataclass
class RequestSizes:
    """Sums of requests by kind and length class. The sums are exact; the length of a single request is not kept."""

    _groups: dict[tuple[PriceKind, int], SizeGroup] = field(default_factory=dict)

    def add(self, params: Mapping[str, Any]) -> None:
        """Add a request whose params passed the check."""
        characters = count_prompt_characters(params)
        kind = PriceKind(params["model"], params.get("inference_geo"))
        group = self._groups.setdefault((kind, _length_class(characters)), SizeGroup())
        group.requests += 1
        group.characters += characters
        group.max_tokens += params["max_tokens"]

    @property
    def group_count(self) -> int:
        """The number of groups."""
        return len(self._groups)

    def list_groups(self) -> Iterator[tuple[PriceKind, SizeGroup]]:
        """Yield the groups; one kind may have several."""
        return ((kind, group) for (kind, _), group in self._groups.items())

    def count_by_model(self) -> dict[str, int]:
        """Return the number of requests of each model, most first."""
        found: dict[str, int] = {}
        for kind, group in self.list_groups():
            found[kind.model] = found.get(kind.model, 0) + group.requests
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def count_prompt_characters(params: Mapping[str, Any]) -> int:
    """Return the characters of the prompt; an attachment counts as `ATTACHMENT_CHARACTERS`.

    Counted without recursion, so that no nesting is too deep.
    """
    characters = 0
    left: list[Any] = [params[key] for key in _PROMPT_KEYS if key in params]
    while left:
        value = left.pop()
        if isinstance(value, str):
            characters += len(value)
        elif isinstance(value, list):
            left += value
        elif isinstance(value, dict):
            if value.get("type") in _SOURCE_TYPES:
                characters += ATTACHMENT_CHARACTERS
            else:
                characters += sum(map(len, value))
                left += value.values()
    return characters


def _length_class(characters: int) -> int:
    """Return a number that is the same for lengths within an eighth of each other, and larger for greater lengths."""
    octave = max(0, characters.bit_length() - _STEPS.bit_length())
    return octave * 2 * _STEPS + (characters >> octave)
