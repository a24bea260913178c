"""The records that the simulator returns: messages, views, deliveries, calls and traffic. All are frozen."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


def collect_texts(value: object) -> list[str]:
    """Return every text that people see in a message or view, in order, without identifiers and values."""
    match value:
        case list():
            return [text for item in value for text in collect_texts(item)]
        case dict():
            return [text for key, item in value.items() for text in _texts_under(key, item)]
        case _:
            return []


def _texts_under(key: str, item: object) -> list[str]:
    if isinstance(item, str):
        return [item] if key in {"text", "alt_text", "caption", "title", "fallback"} else []
    return [] if key in {"confirm", "state", "metadata"} else collect_texts(item)


def list_elements(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """Return each interactive element with its block, in reading order."""
    found: list[tuple[Json, Json]] = []
    for block in blocks:
        for element in (block.get("elements") or []) + (block.get("actions") or []):
            found += list_elements([element]) if element.get("type") == "card" else [(block, element)]
        found += list_elements(block.get("child_blocks") or [])
        found += [(block, block[key]) for key in ("accessory", "element") if isinstance(block.get(key), dict)]
    return [(block, element) for block, element in found if "action_id" in element]


def _button_texts(blocks: list[Json]) -> list[str]:
    elements = [element for _, element in list_elements(blocks) if element.get("type") == "button"]
    return [element["text"]["text"] for element in elements]


def _choice_texts(blocks: list[Json]) -> list[str]:
    """Return the texts of buttons and of the options of menus, in reading order."""
    found: list[str] = []
    for _, element in list_elements(blocks):
        groups = element.get("option_groups") or []
        options = [*(element.get("options") or []), *(option for group in groups for option in group["options"])]
        labeled = [element] if element.get("type") == "button" else options
        found += [each["text"]["text"] for each in labeled]
    return found


@dataclass(frozen=True)
class SlackMessage:
    """One message at the time it was read. `user` is the author; `at` is in Unix seconds."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    ephemeral_to: str | None = None
    thread_ts: str | None = None
    edited: bool = False
    files: list[Json] = field(default_factory=list)
    at: float = 0.0
    metadata: Json | None = None

    @property
    def visible_text(self) -> str:
        """The text that people see: that of the blocks if there are any, otherwise `text`."""
        return "\n".join(collect_texts(self.blocks)) if self.blocks else self.text

    @property
    def buttons(self) -> list[str]:
        """The texts on its buttons, in order."""
        return _button_texts(self.blocks)

    @property
    def choices(self) -> list[str]:
        """The texts on its buttons and in its menus, in order."""
        return _choice_texts(self.blocks)


@dataclass(frozen=True)
class View:
    """A modal or Home tab of one person. `body` is Slack's whole view object."""

    id: str
    user: str
    type: str
    callback_id: str
    blocks: list[Json]
    private_metadata: str
    hash: str
    body: Json

    @property
    def title(self) -> str:
        """The modal's title; empty on the Home tab."""
        title = self.body.get("title") or {}
        return str(title.get("text", ""))

    @property
    def visible_text(self) -> str:
        """Title, then every text in its blocks."""
        return "\n".join([self.title, *collect_texts(self.blocks)]).strip()

    @property
    def buttons(self) -> list[str]:
        """The texts on the buttons in its blocks, in order."""
        return _button_texts(self.blocks)

    @property
    def choices(self) -> list[str]:
        """The texts on the buttons and in the menus of its blocks, in order."""
        return _choice_texts(self.blocks)


@dataclass(frozen=True)
class Retry:
    """A repeated delivery of an event that was not acked: the how manieth repetition, and what failed before."""

    number: int
    reason: str


@dataclass(frozen=True)
class Delivery:
    """How one interaction reached the bot.

    `error` is Slack's name for a failure: "operation_timeout", "dispatch_failed", an HTTP status such as "404",
    or "invalid_response" if the ack's body was refused. `ack_ms` is None without an ack.
    """

    acked: bool
    ack_ms: float | None
    ack_body: Any
    error: str | None
    response_url: str | None
    trigger_id: str | None
    payload: Json


@dataclass(frozen=True)
class ApiCall:
    """One call of the Web API, or one post to a response_url (method "response_url"). `at` is in Unix seconds."""

    method: str
    arguments: Json
    token: str | None
    status: int
    ok: bool
    error: str | None
    answered: Any
    at: float


@dataclass(frozen=True)
class TrafficEntry:
    """One line of the page's traffic pane. An `id` or `at` of 0 is set when the entry is recorded."""

    title: str
    status: str = ""
    ms: float | None = None
    sent: Any = None
    answered: Any = None
    direction: str = "to_api"
    id: int = 0
    at: float = 0.0
