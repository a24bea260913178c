"""response_urls: five posts in 30 minutes, bound to one command or press (docs.slack.dev, interaction)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.playground.slack_simulator.credentials import random_digits, random_letters
from bot.playground.slack_simulator.message_arguments import check_blocks, check_text
from bot.playground.slack_simulator.message_store import MessageStore
from bot.playground.slack_simulator.records import Json, SlackMessage
from bot.playground.slack_simulator.refusals import Refusal

MAX_POSTS = 5
LIFE_SECONDS = 30 * 60


@dataclass
class ResponseUrl:
    """One response_url: its channel and person, and the message that it may replace (None after a command)."""

    channel: str
    user: str
    source: SlackMessage | None
    made_at: float
    posts: int = 0


class ResponseUrls:
    """Issues response_urls, and carries out what is posted to them."""

    def __init__(self, team: str, bot_user: str, clock: Callable[[], float], messages: MessageStore) -> None:
        self._team = team
        self._bot_user = bot_user
        self._clock = clock
        self._messages = messages
        self._minted: dict[str, ResponseUrl] = {}

    def mint(self, channel: str, user: str, source: SlackMessage | None = None, *, pressed: bool = False) -> str:
        """Return the path of a new one. It begins with /commands or /actions."""
        path = f"/{'actions' if pressed else 'commands'}/{self._team}/{random_digits(13)}/{random_letters(24)}"
        self._minted[path] = ResponseUrl(channel, user, source, self._clock())
        return path

    def post(self, path: str, body: Any) -> None:
        """Carry out one post. Raises Refusal for a used-up address or an invalid body."""
        url = self._usable(path)
        if not isinstance(body, dict):
            raise Refusal("invalid_payload", status=400)
        content = self.check_content(body)
        replaces = url.source is not None and body.get("replace_original") is True
        deletes = url.source is not None and body.get("delete_original") is True
        if content is None and not deletes:
            raise Refusal("no_text", status=400)
        url.posts += 1
        if deletes and url.source:
            self._messages.remove(url.source)
        if content is not None and replaces and not deletes:
            self._replace(url, content)
        elif content is not None:
            self.post_message(url.channel, url.user, body, content)

    def check_content(self, body: Json) -> tuple[str, list[Json]] | None:
        """Return the checked text and blocks of a message body, or None if it has neither."""
        try:
            blocks = check_blocks(body) or []
            text = check_text(body.get("text"))
        except Refusal as refusal:
            raise Refusal(refusal.error, status=400) from refusal
        return (text, blocks) if text or blocks else None

    def post_message(self, channel: str, user: str, body: Json, content: tuple[str, list[Json]]) -> SlackMessage:
        """Post a new message. It is ephemeral unless the body says `in_channel`."""
        public = body.get("response_type") == "in_channel"
        text, blocks = content
        return self._messages.post(
            channel,
            self._bot_user,
            text,
            blocks,
            ephemeral_to=None if public else user,
            thread_ts=body.get("thread_ts"),
        )

    def _replace(self, url: ResponseUrl, content: tuple[str, list[Json]]) -> None:
        assert url.source is not None
        text, blocks = content
        current = self._messages.find(url.channel, url.source.ts)
        if current is None and url.source.ephemeral_to is None:
            raise Refusal("message_not_found", status=404)
        self._messages.change(current or url.source, text=text, blocks=blocks, edited=not blocks)

    def _usable(self, path: str) -> ResponseUrl:
        url = self._minted.get(path)
        if url is None:
            raise Refusal("invalid_url", status=404)
        if self._clock() - url.made_at > LIFE_SECONDS:
            raise Refusal("expired_url", status=404)
        if url.posts >= MAX_POSTS:
            raise Refusal("used_url", status=404)
        return url
