"""Pieces of text and plain blocks. All text from outside is cleaned and escaped here before it is shown."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from bot.ui.reply import Block

SECTION_LIMIT = 3_000  # docs.slack.dev, section block
FIELD_LIMIT = 10
HEADER_LIMIT = 150
_DATE_TOKEN = re.compile(r"<!date\^(\d+)\^[^|>]*\|([^>]*)>")
_HALF_ENTITY = re.compile(r"&[a-z]{0,3}$")


def one_line(text: str, limit: int = 300) -> str:
    """Return text from outside on one line, cut to `limit`, without control, zero-width or bidirectional characters."""
    if len(text) <= limit and text.isprintable():
        return " ".join(text.split()) if " " in text else text  # the usual case; the general way is ten times slower
    visible = "".join(
        " " if char.isspace() else char
        for char in text[: 4 * limit]
        if char.isspace() or unicodedata.category(char)[0] != "C"
    )
    line = " ".join(visible.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def clean_lines(text: str) -> str:
    """Return text from outside with its line breaks, without control, zero-width or bidirectional characters."""
    return "".join(char for char in text if char == "\n" or unicodedata.category(char)[0] != "C")


def escape(text: str) -> str:
    """Return text with Slack's three control characters escaped (docs.slack.dev, formatting text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def neutralize(text: str) -> str:
    """Return one line of text for use inside mrkdwn: escaped, with look-alikes for formatting characters."""
    return escape(text).replace("*", "∗").replace("~", "∼").replace("`", "ˋ")


def safe_text(text: str, limit: int = 300) -> str:
    """Return text from outside for use inside mrkdwn, on one line and without formatting."""
    return neutralize(one_line(text, limit))


def code(text: str, limit: int = 300) -> str:
    """Return text from outside as a code span, with look-alikes for backticks, which would end it."""
    return f"`{escape(one_line(text, limit).replace('`', 'ˋ')) or ' '}`"


def quote_api(message: str) -> str:
    """Return the API's own words as a code span: whole, unless they leave no room in a section."""
    whole = code(message, 2_000)
    return whole if len(whole) <= 2_400 else code(message, 480)


def end_sentence(text: str) -> str:
    """Return the text with a period, unless it ends with one, or with a code span that does."""
    return text if text.removesuffix("`").endswith((".", "!", "?")) else f"{text}."


def mention(user: str) -> str:
    """Return a mention of a Slack user id. Any other text is shown as a code span and mentions no one."""
    return f"<@{user}>" if re.fullmatch(r"[UW][A-Z0-9]+", user) else code(user, 40)


def fill_sections(lines: list[str]) -> list[str]:
    """Return the lines in as few sections as possible, without cutting a line."""
    parts = [""]
    for line in lines:
        if len(parts[-1]) + len(line) >= SECTION_LIMIT:
            parts.append("")
        parts[-1] += f"\n{line}" if parts[-1] else line
    return parts


def number(count: int) -> str:
    """Return `1,234`."""
    return f"{count:,}"


def quantity(count: int, noun: str, plural: str | None = None) -> str:
    """Return `1 request`, `1,200 requests`."""
    return f"{number(count)} {noun if count == 1 else plural or noun + 's'}"


def file_size(size: int) -> str:
    """Return `34.5 MB`, `812 kB` or `97 bytes`, in decimal units."""
    if size >= 1_000_000:
        return f"{size / 1_000_000:,.1f} MB"
    return f"{size / 1_000:.0f} kB" if size >= 1_000 else quantity(size, "byte")


def date(moment: datetime) -> str:
    """Return a date token that Slack shows in each reader's time zone, with a fallback in UTC."""
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} at {{time}}|{utc(moment)}>"


def short_date(moment: datetime, now: datetime) -> str:
    """Return a date token for a row that is read now: the time if that was within 20 hours, else the day."""
    token = "{time}" if abs(now - moment) < timedelta(hours=20) else "{date_short_pretty}"
    return f"<!date^{int(moment.timestamp())}^{token}|{utc(moment)}>"


def utc(moment: datetime) -> str:
    """Return `2026-11-21 07:30 UTC`."""
    return f"{moment.astimezone(UTC).isoformat(' ', 'minutes')[:16]} UTC"


def write_dates(text: str, zone: tzinfo) -> str:
    """Return text with its date tokens written out in a time zone, as in `2026-11-21 08:30 CET`.

    Notifications and screen readers may show a token as it is. A date beyond the calendar stays in UTC.
    """
    if "<!date^" not in text:
        return text

    def write(token: re.Match[str]) -> str:
        try:
            return f"{datetime.fromtimestamp(int(token[1]), zone):%Y-%m-%d %H:%M %Z}"
        except (ValueError, OverflowError, OSError):
            return token[2]

    return _DATE_TOKEN.sub(write, text)


def place_words(place: str) -> str:
    """Return `in #channel`, or `in our direct messages` for a person's id or a direct message's."""
    return "in our direct messages" if place[:1] in "UWD" else f"in <#{place}>"


def duration(span: timedelta) -> str:
    """Return the two largest units: `48 s`, `12 min`, `3 h 20 min`, `2 days 4 h`."""
    days, seconds = max(0, span.days), span.seconds if span.days >= 0 else 0
    hours = seconds // 3_600
    minutes = seconds // 60 % 60
    if days:
        return quantity(days, "day") + (f" {hours} h" if hours else "")
    if hours:
        return f"{hours} h" + (f" {minutes} min" if minutes else "")
    return f"{minutes} min" if minutes else f"{seconds} s"


def join_words(words: Sequence[str], last: str = "and") -> str:
    """Return `a, b and c`."""
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def more_time(span: timedelta) -> str:
    """Return `7 more days`, or `another 3 h` for less than a day."""
    return quantity(span.days, "more day") if span.days > 0 else f"another {duration(span)}"


def section(text: str, accessory: Block | None = None, *, folded: bool = False) -> Block:
    """Return a section of mrkdwn, cut to Slack's limit. It is verbatim, or Slack would parse a bare @here."""
    if len(text) > SECTION_LIMIT:
        text = _HALF_ENTITY.sub("", text[: SECTION_LIMIT - 1]).rsplit("\n", 1)[0] + "…"
    block: dict[str, object] = {"type": "section", "text": _mrkdwn(text), "expand": not folded}
    if accessory is not None:
        block["accessory"] = accessory
    return block


def fields(facts: Sequence[tuple[str, str]]) -> Block:
    """Return up to ten facts in two columns: the label in bold, the words below it."""
    return {"type": "section", "fields": [_mrkdwn(f"*{label}*\n{words}") for label, words in facts[:FIELD_LIMIT]]}


def header(text: str) -> Block:
    """Return a header block, cut to Slack's limit."""
    return {"type": "header", "text": {"type": "plain_text", "text": one_line(text, HEADER_LIMIT), "emoji": True}}


def context(*texts: str) -> Block:
    """Return a context block: a line of small text."""
    return {"type": "context", "elements": [_mrkdwn(text) for text in texts]}


DIVIDER: Block = {"type": "divider"}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}
