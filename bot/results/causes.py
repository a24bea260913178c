"""Find why requests failed: messages are generalized, so that 4,000 lines that differ in an index are one cause."""

import re
from hashlib import sha256
from typing import NamedTuple

from msgspec import Struct, field

from bot.results.lines import ErrorPart
from bot.results.remedies import CANCELED, EXPIRED, Remedy, find_remedy

MAX_CAUSES = 1_000
MAX_SAMPLES = 3
_MAX_READ_LENGTH = 2_000
_MAX_KEPT_LENGTH = 300
_MAX_WORDS_LENGTH = 1_000
MAX_WORD_LENGTH = 64  # of a custom_id, a type or a code
_MAX_CACHED = 500

# The API puts its own parameters into `backquotes`; they say what is wrong, so they are kept.
# _QUOTED and _NUMBERED are strings, so that `re` compiles and caches them at first use and not during a start.
_QUOTED = r"""(?x)
    `(?P<kept>[a-z][a-z_.]{0,60})`
  | "[^"]*(?P<double>") | “[^”]*(?P<curly>”) | `[^`]*(?P<back>`)
  | (?<!\w)'(?:[^']|(?<=\w)'(?=\w))*(?P<single>')(?!\w)
  | ["“`'][^"“”`]{200,}(?P<unended>\Z)
    """
_MAY_BE_QUOTED = re.compile("""["'`“]""")
_URL = re.compile(r"""\b[a-z][a-z0-9+.-]{1,15}://[^\s"'`<>]*[^\s"'`<>.,;:!?)\]}]""", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?(?![.]\d)|\d+")
# Used only for words in which a digit may be part of more than a number: they are few, and this pattern is slow.
# Kept are names that contain a digit, and models (which model was wrong is the cause).
_MAY_BE_NAME = re.compile("claude|base|utf|sha|md5|mp[34]|http/|[0-9a-z-]{12}", re.IGNORECASE)
_NUMBERED = (
    r"""(?xi)
    (?P<kept> \bclaude-[a-z0-9.-]*[a-z0-9] | \b(?:base64|utf-?(?:8|16)|sha-?(?:1|256)|md5|mp[34]|http/[12])\b )
  | (?P<id> (?<![^\W_])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?!\w)
          | (?<![^\W_])(?=[a-z]*\d)[0-9a-f]{12,}(?!\w)
          | (?<![^\W_])(?=[a-z]{0,60}[0-9])[a-z0-9]{16,}(?!\w) )
  | (?P<number> """
    + _NUMBER.pattern
    + ")"
)
_FIGURE = re.compile(r"\d")
# When access resumes is part of a cause, and says when a retry may succeed.
_DATE_OR_HOUR = re.compile(r"[^\w<>]*(?:\d{4}-\d{2}-\d{2}|[0-2]?\d:\d{2})[^\w:<>]*")
_OWN_URL = re.compile(r"https://(?:[a-z0-9-]+\.)*(?:anthropic|claude)\.com(?=[/?#]|$)", re.IGNORECASE)
_PLACEHOLDERS = {
    "double": '"…"',
    "curly": '"…"',
    "back": "`…`",
    "unended": '"…"',
    "single": "'…'",
    "id": "<id>",
    "number": "<n>",
}
# A list of equal placeholders, which becomes one: "toolu_<id>, toolu_<id> and toolu_<id>".
_LISTS = re.compile(r"""((?:\b[a-z]+_)?<[a-z]+>|"…"|'…'|`…`)(?:(?:,|,?\ (?:and|or))\ \1)+""")
_MAY_BE_LIST = re.compile("[>'\"`](?:,| and | or )")


def generalize_message(message: str) -> str:
    """Return `message` without what differs between requests: ids, numbers, indices, quotes, URLs, addresses.

    Dates and hours stay. The result has one line of at most 300 characters. No message is matched on, because the API
    may reword them.
    """
    text = message[:_MAX_READ_LENGTH]
    if _MAY_BE_QUOTED.search(text):
        text = re.sub(_QUOTED, _replace_match, text)
    if "://" in text:
        text = _URL.sub("<url>", text)
    if "@" in text:
        text = _EMAIL.sub("<email>", text)
    text = " ".join([_generalize_word(word) if _FIGURE.search(word) else word for word in text.split()])
    if _MAY_BE_LIST.search(text):
        text = _LISTS.sub(r"\1", text)
    return text if len(text) <= _MAX_KEPT_LENGTH else text[: _MAX_KEPT_LENGTH - 1] + "…"


def _generalize_word(word: str) -> str:
    if _DATE_OR_HOUR.fullmatch(word):
        return word
    return re.sub(_NUMBERED, _replace_match, word) if _MAY_BE_NAME.search(word) else _NUMBER.sub("<n>", word)


def quote_message(message: str) -> str:
    """Return `message` with its numbers, without what may come from a request: quotes, addresses, foreign URLs.

    The result has one line of at most 1,000 characters.
    """
    text = re.sub(_QUOTED, _replace_match, message[:_MAX_READ_LENGTH])
    text = _URL.sub(lambda url: url[0] if _OWN_URL.match(url[0]) else "<url>", text)
    text = " ".join(_EMAIL.sub("<email>", text).split())
    return text if len(text) <= _MAX_WORDS_LENGTH else text[: _MAX_WORDS_LENGTH - 1] + "…"


def _replace_match(match: re.Match[str]) -> str:
    kind = match.lastgroup or "kept"
    return match[0] if kind == "kept" else _PLACEHOLDERS[kind]


class Cause(Struct, frozen=True):
    """Why `count` requests failed: the API's error type, its generalized message and up to three custom_ids.

    For requests that were never processed, `type` is `expired` or `canceled` and `message` is empty. `type` is empty
    if the API's error could not be read. `code` is the API's stable error code, which few errors have. `words` is the
    API's message with its numbers, if the remedy depends on what it says and every failure has the same.
    """

    type: str
    message: str
    count: int
    samples: tuple[str, ...]
    code: str = ""
    words: str = ""

    @property
    def shown_message(self) -> str:
        """The API's message as people should see it."""
        return self.words or self.message

    @property
    def key(self) -> "CauseKey":
        """What distinguishes this cause from others."""
        return CauseKey(self.type, self.message, self.code)

    @property
    def remedy(self) -> Remedy:
        """What resolves this cause."""
        return self.key.remedy

    @property
    def retryable(self) -> bool:
        """Whether the same requests may succeed when they are sent again unchanged."""
        return self.remedy.retryable


class CauseKey(NamedTuple):
    """What two failures of one cause have in common."""

    type: str
    message: str
    code: str = ""

    @property
    def remedy(self) -> Remedy:
        """What resolves this cause."""
        return find_remedy(self.type, self.code, self.message)

    @property
    def short(self) -> str:
        """The value of a button for this cause: eight characters, the same in every process."""
        parts = (self.type, self.message, self.code) if self.code else (self.type, self.message)
        return sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:8]

    def matches(self, word: str) -> bool:
        """Return whether a lowercase word means this cause: its type, its code, or `short`."""
        return word in (self.type.lower(), self.code.lower(), self.short)


def identify_cause(error: ErrorPart) -> CauseKey:
    """Return the cause of an errored request; its parts are empty if the error could not be read."""
    inner = error.inner
    return CauseKey(inner.type[:MAX_WORD_LENGTH], generalize_message(inner.message or ""), inner.code[:MAX_WORD_LENGTH])


class SharedWords(Struct):
    """The API's own words for one cause, for as long as all of its failures have the same."""

    words: str | None = None

    def add(self, key: CauseKey, message: str) -> None:
        """Add the message of a failure."""
        if self.words != "":
            words = quote_message(message) if key.remedy.needs_account else ""
            self.words = words if self.words in (None, words) else ""


class _CauseCount(Struct):
    """A cause while its failures are counted."""

    key: CauseKey
    count: int = 0
    samples: list[str] = field(default_factory=list)
    words: SharedWords = field(default_factory=SharedWords)

    def add(self, custom_id: str) -> None:
        self.count += 1
        if self.count <= MAX_SAMPLES:
            self.samples.append(custom_id[:MAX_WORD_LENGTH])

    def build(self) -> Cause:
        words = self.words.words or ""
        return Cause(self.key.type, self.key.message, self.count, tuple(self.samples), self.key.code, words)


class CauseTally(Struct):
    """Count failures by cause; the failures beyond the first `max_causes` causes are counted together."""

    max_causes: int = MAX_CAUSES
    _counts: dict[CauseKey, _CauseCount] = field(default_factory=dict)
    _cached: dict[tuple[str, str, str], _CauseCount] = field(default_factory=dict)
    _others: _CauseCount = field(default_factory=lambda: _CauseCount(CauseKey("", "")))

    @property
    def other_count(self) -> int:
        """Failures beyond the causes that are kept."""
        return self._others.count

    def add_error(self, error: ErrorPart, custom_id: str) -> None:
        """Count an errored request."""
        inner = error.inner
        raw = (inner.type, (inner.message or "")[:_MAX_READ_LENGTH], inner.code)
        if (count := self._cached.get(raw)) is None:
            count = self._get_count(identify_cause(error))
            count.words.add(count.key, inner.message or "")
            if len(self._cached) < _MAX_CACHED:
                self._cached[raw] = count
        count.add(custom_id)

    def add_expired(self, custom_id: str) -> None:
        """Count a request that expired."""
        self._get_count(CauseKey(EXPIRED, "")).add(custom_id)

    def add_canceled(self, custom_id: str) -> None:
        """Count a request that was canceled."""
        self._get_count(CauseKey(CANCELED, "")).add(custom_id)

    def list_causes(self) -> tuple[Cause, ...]:
        """Return the causes, largest first."""
        causes = [each.build() for each in self._counts.values()]
        return tuple(sorted(causes, key=lambda cause: -cause.count))

    def _get_count(self, key: CauseKey) -> _CauseCount:
        if (count := self._counts.get(key)) is not None:
            return count
        # Expired and canceled are always causes of their own, however many causes came before them.
        if len(self._counts) >= self.max_causes and key.type not in (EXPIRED, CANCELED):
            return self._others
        return self._counts.setdefault(key, _CauseCount(key))
