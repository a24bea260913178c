"""From text to words, forgiving what keyboards, phones and Slack change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.language.errors import TextTooLong
from bot.commands.language.words import TEXT_LIMIT, split_words

ID = "msgbatch_01HkcTjaV5uDC8jWR4ZsDV8d"
CONSOLE = "https://console.anthropic.com/workspaces/default/batches"
FILE = "https://acme.slack.com/files/U0ADA/F0123ABCD/requests.jsonl"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", []),
        (" \n\t\u00a0 ", []),
        ("list  ended\nnow", ["list", "ended", "now"]),
        ('label x "two words"', ["label", "x", "two words"]),
        ("label x “two words”", ["label", "x", "two words"]),
        ("label x „two words“", ["label", "x", "two words"]),
        ("label x «two words»", ["label", "x", "two words"]),
        ("label x ‘two words’", ["label", "x", "two words"]),
        ("label x 'two words'", ["label", "x", "two words"]),
        ("label x don't", ["label", "x", "don't"]),
        ("label x don’t", ["label", "x", "don't"]),
        ('label x ""', ["label", "x", ""]),
        ('status "half', ["status", '"half']),
        (f"status `{ID}`", ["status", ID]),
        (f"status ```{ID}```", ["status", ID]),
        ("list —public", ["list", "--public"]),
        ("list –public", ["list", "--public"]),
        ("list −public", ["list", "--public"]),
        ("list —-public", ["list", "--public"]),
        ("list -public", ["list", "--public"]),
        ("list ---public", ["list", "--public"]),
        ("list --older-than 7d", ["list", "--older-than", "7d"]),
        ("list —older-than=7d", ["list", "--older-than=7d"]),
        ('list --label="two words" ended', ["list", "--label=two words", "ended"]),
        ("list —label=“two words”", ["list", "--label=two words"]),
        ('list --label="half', ["list", '--label="half']),
        ("label x a — b - c -- d", ["label", "x", "a", "—", "b", "-", "c", "--", "d"]),
        ("list --limit -5", ["list", "--limit", "-5"]),
        ("label x half-open", ["label", "x", "half-open"]),
        ("own x <@U0ADA|ada>", ["own", "x", "@U0ADA"]),
        ("own x <@U0ADA>", ["own", "x", "@U0ADA"]),
        ("own x <#C0OPS|ops>", ["own", "x", "#C0OPS"]),
        (f"status <{CONSOLE}/{ID}>", ["status", ID]),
        (f"status <{CONSOLE}/{ID}|the batch of today>", ["status", ID]),
        (f"status <{CONSOLE}/{ID}?tab=results#top>", ["status", ID]),
        (f"status {CONSOLE}/{ID}", ["status", ID]),
        (f"status {CONSOLE}/{ID}/results", ["status", ID]),
        (f"status <http://{ID}.example|{ID}>", ["status", ID]),
        ("label x <https://example.com|example.com>", ["label", "x", "example.com"]),
        ("label x <https://example.com>", ["label", "x", "https://example.com"]),
        ("label x <mailto:a@b.example|a@b.example>", ["label", "x", "a@b.example"]),
        ("label x a &lt; b &amp; c &gt; d", ["label", "x", "a", "<", "b", "&", "c", ">", "d"]),
        ("label x &amp;lt;", ["label", "x", "&lt;"]),
        ("label x <!channel>", ["label", "x", "@channel"]),
        ("label x <!here|here>", ["label", "x", "@here"]),
        ("own x <!subteam^S0OPS|@ops>", ["own", "x", "@ops"]),
        (f"create <{FILE}|requests.jsonl>", ["create", FILE]),
        (f"create <{FILE}>", ["create", FILE]),
        (f"create {FILE}", ["create", FILE]),
    ],
)
def test_typed_text_is_split_into_words(typed: str, meant: list[str]) -> None:
    assert split_words(typed) == meant


@pytest.mark.parametrize("invisible", ["\u2060", "\u200b", "\ufeff", "\u200e", "\u202a", "\u00ad", "\u200d", "\u200c"])
def test_invisible_characters_around_words_are_dropped(invisible: str) -> None:
    assert split_words(f"status{invisible} {invisible}last{invisible} {invisible}") == ["status", "last"]
    assert split_words(f'{invisible}"nightly eval"{invisible}') == ["nightly eval"]


def test_joiners_inside_a_word_stay() -> None:
    assert split_words("label last 👩\u200d🔬") == ["label", "last", "👩\u200d🔬"]


@pytest.mark.parametrize("blank", ["\u3164", "\u2800", "\uffa0"])
def test_characters_that_look_blank_part_words(blank: str) -> None:
    assert split_words(f"status{blank}last") == ["status", "last"]


def test_in_prose_people_and_channels_have_names() -> None:
    typed = "note x ask <@U0ADA|ada> or <@U0BEN> in <#C0OPS|ops>"

    assert split_words(typed, prose=True) == ["note", "x", "ask", "@ada", "or", "@U0BEN", "in", "#ops"]


@given(st.text(max_size=TEXT_LIMIT) | st.text("<>@#|&;`\"'“—- \nmsgbatch_/:htps", max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    assert all(isinstance(word, str) for word in split_words(text))


@given(st.lists(st.text("abcXYZ019_.:=", min_size=1), max_size=8))
def test_ordinary_words_stay_as_they_are(words: list[str]) -> None:
    assert split_words(" ".join(words)) == words


@pytest.mark.parametrize("text", ["x" * 10_000, "<" * 10_000, '"' * 9_999, "`" * 3_001, "— " * 5_000])
def test_ten_thousand_characters_are_too_many(text: str) -> None:
    with pytest.raises(TextTooLong) as caught:
        split_words(text)

    assert (caught.value.length, caught.value.limit) == (len(text), TEXT_LIMIT)


@pytest.mark.parametrize(
    "text", ["<" * 3_000, "<@" * 1_500, "<https://" * 333, '"' * 2_999, "'\"" * 1_500, "—" * 3_000]
)
def test_the_longest_text_takes_no_time(text: str) -> None:
    """A pattern that goes back and forth would take seconds here."""
    for _ in range(3):
        split_words(text)
