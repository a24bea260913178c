"""Small pieces of text, and what they do to foreign characters."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.components.text import (
    code,
    date,
    duration,
    escape,
    header,
    one_line,
    quantity,
    safe_text,
    section,
    short_date,
    utc,
    write_dates,
)


@given(st.text(), st.integers(1, 50))
def test_plain_text_is_one_visible_line_of_the_length_asked_for(text: str, limit: int) -> None:
    said = one_line(text, limit)

    assert len(said) <= limit
    assert said == " ".join(said.split())
    assert said.isprintable()


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"]), max_size=60))
def test_the_fast_path_returns_what_the_general_path_returns(text: str) -> None:
    long_way = one_line(text + "\u200b", 300)

    assert one_line(text) == long_way


@given(st.text(max_size=400))
def test_a_code_span_cannot_be_left(text: str) -> None:
    said = code(text)

    assert (said[0], said[-1]) == ("`", "`")
    assert len(said) > 2
    assert not set("`<>\n") & set(said[1:-1])


@given(st.text(max_size=400))
def test_inline_text_opens_no_markup(text: str) -> None:
    assert not set("`<>*~\n") & set(safe_text(text))


def test_only_the_three_control_characters_are_escaped() -> None:
    assert escape("<a & b> \"c\" 'd'") == "&lt;a &amp; b&gt; \"c\" 'd'"


@pytest.mark.parametrize("filler", ["x", "&amp;", "a line\n", "🟥", "a &lt; b\n"])
@pytest.mark.parametrize("start", ["", "1", "12", "123", "1234"])
def test_a_section_is_cut_to_what_slack_takes_and_never_within_an_entity(filler: str, start: str) -> None:
    cut = section(start + filler * 3_001)["text"]

    assert isinstance(cut, dict)
    assert 2_980 < len(cut["text"]) <= 3_000
    assert cut["text"].endswith("…")
    assert "&" not in cut["text"].replace("&amp;", "").replace("&lt;", "")


def test_a_header_is_cut_to_what_slack_takes() -> None:
    cut = header("x" * 200)["text"]

    assert isinstance(cut, dict)
    assert len(cut["text"]) == 150


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=48.9), "48 s"),
        (timedelta(minutes=12, seconds=59), "12 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(hours=3, minutes=20), "3 h 20 min"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=2, hours=4, minutes=59), "2 days 4 h"),
    ],
)
def test_a_duration_has_its_two_largest_units(span: timedelta, said: str) -> None:
    assert duration(span) == said


def test_a_date_is_a_token_for_each_readers_time_zone_with_a_fallback_in_utc() -> None:
    moment = datetime(2026, 11, 21, 9, 30, 59, 999_999, tzinfo=timezone(timedelta(hours=2)))

    assert utc(moment) == "2026-11-21 07:30 UTC"
    assert date(moment) == "<!date^1795246259^{date_short_pretty} at {time}|2026-11-21 07:30 UTC>"
    assert datetime.fromtimestamp(1795246259, UTC).minute == 30


@pytest.mark.parametrize(
    ("moment", "zone", "written"),
    [
        (datetime(2026, 11, 21, 7, 30, tzinfo=UTC), "UTC", "2026-11-21 07:30 UTC"),
        (datetime(2026, 11, 21, 7, 30, tzinfo=UTC), "Europe/Berlin", "2026-11-21 08:30 CET"),
        (datetime(2026, 7, 21, 7, 30, tzinfo=UTC), "Europe/Berlin", "2026-07-21 09:30 CEST"),
        (datetime(9999, 12, 31, 23, 59, tzinfo=UTC), "Europe/Berlin", "9999-12-31 23:59 UTC"),
    ],
)
def test_plain_text_has_its_dates_in_the_time_zone_of_the_settings(moment: datetime, zone: str, written: str) -> None:
    text = f"Created {date(moment)}, {short_date(moment, moment)} &lt;!date^1^{{time}}|typed&gt;"

    assert write_dates(text, ZoneInfo(zone)) == f"Created {written}, {written} &lt;!date^1^{{time}}|typed&gt;"


def test_numbers_are_grouped_and_nouns_agree() -> None:
    said = quantity(0, "request"), quantity(1, "request"), quantity(1_200, "request"), quantity(2, "batch", "batches")

    assert said == ("0 requests", "1 request", "1,200 requests", "2 batches")
