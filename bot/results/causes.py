"""Why requests failed: messages made general, so that 4,000 lines that differ in an index are one cause."""

import re
from hashlib import sha256
from typing import NamedTuple

from msgspec import Struct, field

from bot.results.lines import ErrorPart
from bot.results.remedies import CANCELED, EXPIRED, Remedy, find_remedy

MAX_CAUSES = 1_000
MAX_SAMPLES = 3
_LONGEST_READ = 2_000
_LONGEST_KEPT = 300
_LONGEST_ID = 64
_MOST_REMEMBERED = 500

# The API puts its own parameters into `backquotes`: those say what is wrong, and stay.
# The two long ones are compiled by `re` when first used (it keeps them): no start should wait for that.
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
# In words with a figure that may be more than a number, which few are, because this is slow. Kept: names that a figure
# is a part of, and models (which one was wrong is the cause).
_MAY_BE_MORE = re.compile("claude|base|utf|sha|md5|mp[34]|http/|[0-9a-z-]{12}", re.IGNORECASE)
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
_PLACEHOLDERS = {
    "double": '"…"',
    "curly": '"…"',
    "back": "`…`",
    "unended": '"…"',
    "single": "'…'",
    "id": "<id>",
    "number": "<n>",
}
# A list of however many of the same, which one of them stands for: "toolu_<id>, toolu_<id> and toolu_<id>".
_LISTS = re.compile(r"""((?:\b[a-z]+_)?<[a-z]+>|"…"|'…'|`…`)(?:(?:,|,?\ (?:and|or))\ \1)+""")
_MAY_BE_LIST = re.compile("[>'\"`](?:,| and | or )")


def generalize_message(message: str) -> str:
    """`message` without what is particular to one request: ids, numbers, indices, quoted values, urls, addresses.

    At most 300 characters, on one line. The wording of messages is not fixed by the API, so that none is matched on.
    """
    text = message[:_LONGEST_READ]
    if _MAY_BE_QUOTED.search(text):
        text = re.sub(_QUOTED, _placeholder, text)
    if "://" in text:
        text = _URL.sub("<url>", text)
    if "@" in text:
        text = _EMAIL.sub("<email>", text)
    text = " ".join([_word(word) if _FIGURE.search(word) else word for word in text.split()])
    if _MAY_BE_LIST.search(text):
        text = _LISTS.sub(r"\1", text)
    return text if len(text) <= _LONGEST_KEPT else text[: _LONGEST_KEPT - 1] + "…"


def _word(word: str) -> str:
    return re.sub(_NUMBERED, _placeholder, word) if _MAY_BE_MORE.search(word) else _NUMBER.sub("<n>", word)


def _placeholder(match: re.Match[str]) -> str:
    kind = match.lastgroup or "kept"
    return match[0] if kind == "kept" else _PLACEHOLDERS[kind]


class Cause(Struct, frozen=True):
    """Why `count` requests failed: the API's type of error and its words made general, with up to three custom_ids.

    `type` is `expired` or `canceled`, and `message` empty, for requests that were never processed; `type` is empty
    where the API's error could not be read. `code` is the API's stable name of the cause, which few have.
    """

    type: str
    message: str
    count: int
    samples: tuple[str, ...]
    code: str = ""

    @property
    def key(self) -> "CauseKey":
        """What tells it from other causes."""
        return CauseKey(self.type, self.message, self.code)

    @property
    def remedy(self) -> Remedy:
        """What helps."""
        return find_remedy(self.type, self.code)

    @property
    def retryable(self) -> bool:
        """The same requests, sent again as they are, may well succeed."""
        return self.remedy.retryable


class CauseKey(NamedTuple):
    """What makes two failures one cause."""

    type: str
    message: str
    code: str = ""

    @property
    def short(self) -> str:
        """What a button carries for it: eight signs, the same in every process."""
        said = (self.type, self.message, self.code) if self.code else (self.type, self.message)
        return sha256("\n".join(said).encode("utf-8", "surrogatepass")).hexdigest()[:8]

    def matches(self, word: str) -> bool:
        """Whether this cause is meant by a word in lower case: its type, its code, or what a button carries for it."""
        return word in (self.type.lower(), self.code.lower(), self.short)


def identify_cause(error: ErrorPart) -> CauseKey:
    """The cause of a request that errored; without type and words where its error could not be read."""
    real = error.real
    return CauseKey(real.type[:_LONGEST_ID], generalize_message(real.message or ""), real.code[:_LONGEST_ID])


class _Counted(Struct):
    """A cause while it is counted."""

    key: CauseKey
    count: int = 0
    samples: list[str] = field(default_factory=list)

    def add(self, custom_id: str) -> None:
        self.count += 1
        if self.count <= MAX_SAMPLES:
            self.samples.append(custom_id[:_LONGEST_ID])

    def cause(self) -> Cause:
        return Cause(self.key.type, self.key.message, self.count, tuple(self.samples), self.key.code)


class CauseTally(Struct):
    """Counts failures by cause: the first `most` causes each, the failures of all later ones together."""

    most: int = MAX_CAUSES
    _counted: dict[CauseKey, _Counted] = field(default_factory=dict)
    _remembered: dict[tuple[str, str, str], _Counted] = field(default_factory=dict)
    _others: _Counted = field(default_factory=lambda: _Counted(CauseKey("", "")))

    @property
    def other_count(self) -> int:
        """Failures beyond the causes kept."""
        return self._others.count

    def add_error(self, error: ErrorPart, custom_id: str) -> None:
        """Count a request that errored."""
        real = error.real
        said = (real.type, (real.message or "")[:_LONGEST_READ], real.code)
        if (counted := self._remembered.get(said)) is None:
            counted = self._of(identify_cause(error))
            if len(self._remembered) < _MOST_REMEMBERED:
                self._remembered[said] = counted
        counted.add(custom_id)

    def add_expired(self, custom_id: str) -> None:
        """Count a request that was not processed in time."""
        self._of(CauseKey(EXPIRED, "")).add(custom_id)

    def add_canceled(self, custom_id: str) -> None:
        """Count a request that was canceled before it began."""
        self._of(CauseKey(CANCELED, "")).add(custom_id)

    def list_causes(self) -> tuple[Cause, ...]:
        """The causes, largest first."""
        causes = [each.cause() for each in self._counted.values()]
        return tuple(sorted(causes, key=lambda cause: -cause.count))

    def _of(self, key: CauseKey) -> _Counted:
        if (counted := self._counted.get(key)) is not None:
            return counted
        # Expired and canceled keep their place however many causes there were before them.
        if len(self._counted) >= self.most and key.type not in (EXPIRED, CANCELED):
            return self._others
        return self._counted.setdefault(key, _Counted(key))
