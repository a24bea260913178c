"""From typed text to a command of any verb: ids, unknown verbs, suggestions, and spelling a command again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api.ids import BatchId, InvalidBatchId
from bot.commands.audit import Audit
from bot.commands.cancel import Cancel
from bot.commands.delete import Delete
from bot.commands.help import HelpCommand
from bot.commands.keep import Keep
from bot.commands.language.errors import (
    TextTooLong,
    UnexpectedWord,
    UnknownVerb,
)
from bot.commands.list import LARGEST_LIMIT, STATUSES, List
from bot.commands.overview import Overview
from bot.commands.registry import ALIASES, COMMANDS, SHOWN, SYNONYMS, AnyCommand, parse
from bot.commands.status import Status
from bot.operations.find_batch import Reference
from tests.builders import ID

REFERENCE = Reference(ID)


def test_a_text_that_is_too_long_is_refused_before_it_is_read() -> None:
    with pytest.raises(TextTooLong):
        parse("x" * 10_000)


@pytest.mark.parametrize("verb", ["status", "cancel", "delete", "audit"])
@pytest.mark.parametrize(
    "hostile",
    [
        "../models",
        "..",
        ".",
        "msgbatch_01%2e%2e%2f",
        "%2e%2e",
        "msgbatch_01/cancel",
        "msgbatch_01?limit=1",
        "msgbatch_01#x",
        "msgbatch_01\\x",
        "'msgbatch_01 x'",
        '"msgbatch_01\nx"',
        '"msgbatch_01\r\nhost: evil.example"',
        "msgbatch_01\x00",
        '""',
        "x" * 257,
        "https://api.anthropic.com/v1/models",
    ],
)
def test_an_id_that_could_change_a_path_or_mislead_a_reader_is_refused(verb: str, hostile: str) -> None:
    with pytest.raises(InvalidBatchId):
        parse(f"{verb} {hostile}")


def test_an_id_broken_by_a_newline_is_not_joined() -> None:
    with pytest.raises(UnexpectedWord):
        parse("delete msgbatch_01\nHkcTja")


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [
        ("delte last", "delete"),
        ("DELTE last", "delete"),
        ("cancle x", "cancel"),
        ("stauts", "status"),
        ("lst", "list"),
        ("hlep", "help"),
        ("audti", "audit"),
        ("wacth", "watch"),
        ("msgbatch_01HkcTja", "status"),
        *((other, verb) for other, verb in SYNONYMS.items()),
        ("xyzzy", None),
        ("<everyone>", None),
        ("last", "list"),
        ("keeep", None),
    ],
)
def test_an_unknown_verb_gets_at_most_one_suggestion(typed: str, suggestion: str | None) -> None:
    with pytest.raises(UnknownVerb) as caught:
        parse(typed)

    assert caught.value.suggestion == suggestion
    assert caught.value.typed == typed.split()[0]


def test_words_of_other_tools_lead_to_our_verbs() -> None:
    assert set(SYNONYMS.values()) <= {command.verb for command in SHOWN}
    assert set(SYNONYMS).isdisjoint(command.verb for command in COMMANDS)


@pytest.mark.parametrize(("former", "now"), ALIASES.items())
def test_a_former_verb_means_what_it_is_called_now(former: str, now: str) -> None:
    assert parse(f"{former.upper()} 3f9c2a") == parse(f"{now} 3f9c2a")
    assert now in {command.verb for command in SHOWN}


def test_a_former_option_means_what_it_is_called_now() -> None:
    assert parse("results last --family --partial") == parse("results last --merged --partial")
    assert parse("results last --family").spell() == "results last --merged"


IDS = st.from_regex(r"msgbatch_[A-Za-z0-9]{1,40}", fullmatch=True).map(BatchId)
REFERENCES = st.one_of(IDS, st.just("last"), st.from_regex(r"[0-9A-Za-z]{1,20}", fullmatch=True)).map(
    lambda text: Reference("last" if text.lower() == "last" else text)
)
ANY_COMMAND: st.SearchStrategy[AnyCommand] = st.one_of(
    st.builds(Overview, public=st.booleans()),
    st.builds(HelpCommand, st.none() | st.sampled_from([each.verb for each in SHOWN]), public=st.booleans()),
    st.builds(
        List,
        st.none() | st.sampled_from(STATUSES),
        st.none() | st.from_regex(r"[0-9]{1,4}[mhdwMHDW]", fullmatch=True),
        st.integers(1, LARGEST_LIMIT),
        st.none() | IDS,
        st.none() | IDS,
        public=st.booleans(),
    ),
    st.builds(Status, REFERENCES, public=st.booleans()),
    st.builds(Cancel, REFERENCES),
    st.builds(Delete, REFERENCES),
    st.builds(
        Audit, st.none() | REFERENCES, st.booleans(), st.none() | st.integers(1, 10**15 - 1), public=st.booleans()
    ),
    st.builds(Keep, st.from_regex(r"[0-9a-f]{32}", fullmatch=True)),
)


@given(ANY_COMMAND)
def test_a_spelled_command_is_parsed_into_itself(command: AnyCommand) -> None:
    assert parse(command.spell()) == command
