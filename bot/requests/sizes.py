"""Add up what decides the cost of requests, by model: all that an estimate needs of a file, in few numbers."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from bot.requests.server_tools import NO_TOOLS, ToolUse, measure_tools

ATTACHMENT_CHARACTERS = 5_600
"""What the likely cost takes an image or document for: about 1,600 tokens (docs.anthropic.com, Vision)."""
IMAGE_TOKENS = 4_784
"""The most tokens that one image becomes, at the highest resolution (docs.anthropic.com, Vision)."""

Caching = Literal["", "5m", "1h"]

_SOURCE_TYPES = ("base64", "url", "file")  # of an attachment
_CONTAINERS = frozenset(("source", "content", "file_id"))  # what a block may hold besides text
_PROMPT_KEYS = ("system", "tools", "output_config", "output_format")
_MOST_NAMES = 20
_OTHERS = "other tools"
_NUMBER_SIZE = 24  # bytes of any number but a large integer
_STEPS = 8  # length classes between a length and its double


class PriceKind(NamedTuple):
    """What decides the price of requests, besides their length. `caching`: the longest life of a cache write."""

    model: str
    region: str | None
    caching: Caching = ""


class RequestSize(NamedTuple):
    """What decides the cost of one request.

    `characters` are those of the prompt, with `ATTACHMENT_CHARACTERS` for an attachment. `tokens` are the most that the
    prompt can be, because a token has at least one byte. `prompts`: how often a prompt of unknown size is billed, which
    may be as long as the model allows; 0 if `tokens` is the bound.
    """

    kind: PriceKind
    characters: int
    tokens: int
    prompts: int
    max_tokens: int
    tools: ToolUse


@dataclass
class SizeGroup:
    """The sums of requests of one kind and of similar length. `longest`: the highest `tokens` of a single request."""

    requests: int = 0
    characters: int = 0
    max_tokens: int = 0
    tokens: int = 0
    prompts: int = 0
    longest: int = 0


@dataclass
class AdviceSize:
    """The calls of an advisor model that requests allow, and the tokens of all its answers."""

    calls: int = 0
    max_tokens: int = 0


@dataclass
class RequestSizes:
    """Sums of requests by kind and length class. The sums are exact; the length of a single request is not kept.

    `searches`: web searches that the requests allow. `unbounded`: the requests that name something whose cost has no
    upper bound, by its name.
    """

    _groups: dict[tuple[PriceKind, bool, int], SizeGroup] = field(default_factory=dict)
    advice: dict[PriceKind, AdviceSize] = field(default_factory=dict)
    searches: int = 0
    unbounded: Counter[str] = field(default_factory=Counter)

    def add(self, params: Mapping[str, Any]) -> None:
        """Add a request whose params passed the check."""
        self.add_size(measure_request(params))

    def add_size(self, size: RequestSize, characters: int = 0, tokens: int = 0, most_groups: int | None = None) -> bool:
        """Add a request of this size, and of so many more characters and tokens.

        Return False, and add nothing, if there would be more groups than `most_groups`.
        """
        kind, more_characters, more_tokens, prompts, max_tokens, tools = size
        characters += more_characters
        tokens += more_tokens
        key = (kind, prompts > 0, _length_class(characters))
        if (group := self._groups.get(key)) is None:
            if most_groups is not None and self.group_count >= most_groups:
                return False
            group = self._groups[key] = SizeGroup()
        group.requests += 1
        group.characters += characters
        group.max_tokens += max_tokens
        group.tokens += 0 if prompts else tokens
        group.prompts += prompts
        if tokens > group.longest:
            group.longest = tokens
        if tools is not NO_TOOLS:
            self._add_tools(size)
        return True

    def _add_tools(self, size: RequestSize) -> None:
        self.searches += size.tools.searches
        for name in size.tools.unbounded:
            self.unbounded[name if name in self.unbounded or len(self.unbounded) < _MOST_NAMES else _OTHERS] += 1
        for advisor in size.tools.advisors:
            advice = self.advice.setdefault(PriceKind(advisor.model, size.kind.region, "1h"), AdviceSize())
            advice.calls += advisor.calls
            advice.max_tokens += advisor.max_tokens

    def merge(self, other: "RequestSizes") -> None:
        """Add the sums of other requests."""
        for key, added in other._groups.items():
            group = self._groups.setdefault(key, SizeGroup())
            group.requests += added.requests
            group.characters += added.characters
            group.max_tokens += added.max_tokens
            group.tokens += added.tokens
            group.prompts += added.prompts
            group.longest = max(group.longest, added.longest)
        for kind, advice in other.advice.items():
            total = self.advice.setdefault(kind, AdviceSize())
            total.calls += advice.calls
            total.max_tokens += advice.max_tokens
        self.searches += other.searches
        self.unbounded += other.unbounded

    def set_counted(self, size: RequestSize, tokens: int) -> None:
        """Replace the bound of an added request by its counted tokens, unless server tools add others."""
        group = self._groups.get(_group_key(size))
        if group is None or size.prompts > 1 or not group.requests:
            return
        group.prompts -= size.prompts
        group.tokens += tokens if size.prompts else tokens - size.tokens

    @property
    def group_count(self) -> int:
        """The number of groups."""
        return len(self._groups) + len(self.advice)

    def list_groups(self) -> Iterator[tuple[PriceKind, SizeGroup]]:
        """Yield the groups; one kind may have several."""
        return ((kind, group) for (kind, _, _), group in self._groups.items())

    def count_by_model(self) -> dict[str, int]:
        """Return the number of requests of each model, most first."""
        found: dict[str, int] = {}
        for kind, group in self.list_groups():
            found[kind.model] = found.get(kind.model, 0) + group.requests
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def measure_request(params: Mapping[str, Any]) -> RequestSize:
    """Return what decides the cost of a request whose params passed the check."""
    prompt = _measure_prompt(params)
    tools = measure_tools(params)
    prompts = tools.calls + 1 if tools.calls or prompt.attachments else 0
    return RequestSize(
        kind=PriceKind(params["model"], params.get("inference_geo"), prompt.caching),
        characters=prompt.characters,
        tokens=prompt.size + prompt.images * IMAGE_TOKENS + tools.prompt_tokens,
        prompts=prompts,
        max_tokens=params["max_tokens"],
        tools=tools,
    )


def count_prompt_characters(params: Mapping[str, Any]) -> int:
    """Return the characters of the prompt; an attachment counts as `ATTACHMENT_CHARACTERS`."""
    return _measure_prompt(params).characters


class _Prompt:
    """What a prompt contains: `size` in bytes, images of bounded size, and attachments of unknown size."""

    __slots__ = ("attachments", "caching", "characters", "images", "size")

    def __init__(self) -> None:
        self.characters = 0
        self.size = 0
        self.images = 0
        self.attachments = 0
        self.caching: Caching = ""

    def add_values(self, values: list[Any]) -> None:
        """Add JSON as text, without recursion, so that no nesting is too deep. Every request comes through here."""
        characters = wide = numbers = 0
        while values:
            value = values.pop()
            if isinstance(value, dict):
                if "cache_control" in value:
                    self.add_caching(value["cache_control"])
                values += value.values()
                value = "".join(value)
            elif isinstance(value, list):
                values += value
                continue
            elif not isinstance(value, str):
                numbers += value.bit_length() if isinstance(value, int) and value > 2**64 else _NUMBER_SIZE
                continue
            characters += len(value)
            if not value.isascii():
                wide += len(value.encode(errors="surrogatepass")) - len(value)
        self.characters += characters
        self.size += characters + wide + numbers

    def add_caching(self, control: object) -> None:
        """Take an unknown life of a cache write for the longer one, which is dearer."""
        if isinstance(control, dict):
            is_short = control.get("ttl", "5m") == "5m"
            self.caching = self.caching or "5m" if is_short else "1h"

    def add_source(self, block_type: object, source: Mapping[str, Any]) -> None:
        """Add the source of an image or document."""
        self.characters += ATTACHMENT_CHARACTERS
        if block_type == "image" and source.get("type") == "base64":
            self.images += 1
        else:
            self.attachments += 1


def _measure_prompt(params: Mapping[str, Any]) -> _Prompt:
    prompt = _Prompt()
    prompt.add_caching(params.get("cache_control"))
    values: list[Any] = [params[key] for key in _PROMPT_KEYS if key in params]
    contents: list[Any] = []
    messages = params.get("messages")
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, dict) and isinstance(message.get("content"), list):
            values += [*message, *(value for key, value in message.items() if key != "content")]
            contents.append(message["content"])
        else:
            values.append(message)
    while contents:
        _sort_blocks(prompt, contents.pop(), contents, values)
    prompt.add_values(values)
    return prompt


def _sort_blocks(prompt: _Prompt, content: list[Any], contents: list[Any], values: list[Any]) -> None:
    """Add the attachments of content, and collect what is text. Only a block of content can be an attachment."""
    for block in content:
        if not isinstance(block, dict) or block.keys().isdisjoint(_CONTAINERS):
            values.append(block)
            continue
        prompt.add_caching(block.get("cache_control"))
        values += block
        for key, value in block.items():
            _sort_part(prompt, block.get("type"), key, value, contents, values)


def _sort_part(
    prompt: _Prompt, block_type: object, key: str, value: Any, contents: list[Any], values: list[Any]
) -> None:
    if key == "content" and isinstance(value, list):
        contents.append(value)
    elif key == "source" and isinstance(value, dict) and value.get("type") in _SOURCE_TYPES:
        prompt.add_source(block_type, value)
    elif key == "source" and isinstance(value, dict) and isinstance(value.get("content"), list):
        contents.append(value["content"])
    else:
        prompt.attachments += key == "file_id"
        values.append(value)


def _group_key(size: RequestSize) -> tuple[PriceKind, bool, int]:
    return size.kind, size.prompts > 0, _length_class(size.characters)


def _length_class(characters: int) -> int:
    """Return a number that is the same for lengths within an eighth of each other, and larger for greater lengths."""
    octave = max(0, characters.bit_length() - _STEPS.bit_length())
    return octave * 2 * _STEPS + (characters >> octave)
