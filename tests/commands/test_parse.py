"""What is typed → a command, or one clear usage error; a command spelled again is the same command."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api.ids import BatchId, InvalidBatchId
from bot.commands.approve import Approve
from bot.commands.audit import Audit
from bot.commands.cancel import Cancel
from bot.commands.delete import Delete
from bot.commands.drop import Drop
from bot.commands.help import HelpCommand
from bot.commands.keep import Keep
from bot.commands.language.errors import (
    BadValue,
    MissingReference,
    MissingValue,
    TextTooLong,
    UnexpectedWord,
    UnknownOption,
    UnknownVerb,
    UsageError,
)
from bot.commands.list import LARGEST_LIMIT, STATUSES, List
from bot.commands.overview import Overview
from bot.commands.registry import ALSO, COMMANDS, SHOWN, AnyCommand, parse
from bot.commands.send import Send
from bot.commands.status import Status
from bot.operations.find_batch import Reference
from tests.builders import ID

REFERENCE = Reference(ID)


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("", Overview()),
        ("   ", Overview()),
        ("--public", Overview(public=True)),
        ("help", HelpCommand()),
        ("help DELETE", HelpCommand("delete")),
        ("HELP --public", HelpCommand(public=True)),
        ("list", List()),
        ("List In-Progress", List(status="in_progress")),
        ("list ended --older-than 7D --limit 20", List(status="ended", older_than="7D", limit=20)),
        (f"list --after {ID} --public", List(after=ID, public=True)),
        (f"list --before={ID}", List(before=ID)),
        (f"STATUS {ID}", Status(REFERENCE)),
        (f"status --public `{ID}`", Status(REFERENCE, public=True)),
        ("status LAST", Status(Reference("last"))),
        ("status MSGBATCH_01hk", Status(Reference("msgbatch_01hk"))),
        (f"Cancel “{ID}”", Cancel(REFERENCE)),
        (f"delete <https://console.anthropic.com/batches/{ID}>", Delete(REFERENCE)),
        ("send 3f9c2a —First", Send("3f9c2a", first=True)),
        ("approve 3f9c2a", Approve("3f9c2a")),
        ("drop 3f9c2a", Drop("3f9c2a")),
        ("audit", Audit()),
        (f"audit {ID} —export", Audit(REFERENCE, export=True)),
        ("audit --before 12", Audit(before=12)),
        ("keep abc_-DEF", Keep("abc_-DEF")),
    ],
)
def test_what_is_typed_is_understood(typed: str, command: AnyCommand) -> None:
    assert parse(typed) == command


@pytest.mark.parametrize(
    ("typed", "kind", "verb"),
    [
        ("x" * 10_000, TextTooLong, ""),
        ("--all", UnknownOption, ""),
        ("help delete cancel", UnexpectedWord, "help"),
        ("help --verbose", UnknownOption, "help"),
        ("list finished", BadValue, "list"),
        ("retry last --all --cause expired", BadValue, "retry"),
        ("list ended canceling", UnexpectedWord, "list"),
        ("list --limit", MissingValue, "list"),
        ("list --limit 0", BadValue, "list"),
        ("list --limit 21", BadValue, "list"),
        ("list --limit ten", BadValue, "list"),
        ("list --limit ٣", BadValue, "list"),
        ("list --limit " + "9" * 2_900, BadValue, "list"),
        ('list --label "!!!"', BadValue, "list"),
        ("list --older-than soon", BadValue, "list"),
        ("list --older-than 7", BadValue, "list"),
        ("list --older-than 99999d", BadValue, "list"),
        ("list --public=yes", MissingValue, "list"),
        ("status", MissingReference, "status"),
        ("status last please", UnexpectedWord, "status"),
        ("status last --force", UnknownOption, "status"),
        ("cancel", MissingReference, "cancel"),
        ("cancel last --public", UnknownOption, "cancel"),
        ("delete", MissingReference, "delete"),
        ("delete last last", UnexpectedWord, "delete"),
        ("delete last --public", UnknownOption, "delete"),
        ("delete last --yes", UnknownOption, "delete"),
        ("audit last last", UnexpectedWord, "audit"),
        ("audit --before x", BadValue, "audit"),
        ("audit --before -1", BadValue, "audit"),
        ("audit --before ²", BadValue, "audit"),
        ("audit --before " + "9" * 20, BadValue, "audit"),
        ("audit --export=all", MissingValue, "audit"),
        ("keep", MissingReference, "keep"),
        ("keep a b", UnexpectedWord, "keep"),
    ],
)
def test_what_cannot_be_done_is_told_with_its_kind_and_verb(typed: str, kind: type[UsageError], verb: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(typed)

    assert (type(caught.value), caught.value.verb) == (kind, verb)


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
        "msgbatch_01\u202ex",
        "msgbatch_01\u200fx",
        "msgbatch_01\u200b",
        "msgbatch_01\x00",
        '""',
        "x" * 257,
        "https://api.anthropic.com/v1/models",
    ],
)
def test_an_id_that_could_change_a_path_or_deceive_a_reader_is_refused(verb: str, hostile: str) -> None:
    with pytest.raises(InvalidBatchId):
        parse(f"{verb} {hostile}")


@pytest.mark.parametrize("option", ["--after", "--before"])
def test_a_cursor_is_checked_like_an_id(option: str) -> None:
    with pytest.raises(InvalidBatchId):
        parse(f"list {option} ../x")


def test_an_id_broken_by_a_newline_is_not_put_together() -> None:
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
        ("status\u200b last", "status"),
        *((other, verb) for other, verb in ALSO.items()),
        ("xyzzy", None),
        ("<everyone>", None),
        ("last", "list"),
        ("keeep", None),
    ],
)
def test_a_misspelt_verb_gets_one_suggestion_and_runs_nothing(typed: str, suggestion: str | None) -> None:
    with pytest.raises(UnknownVerb) as caught:
        parse(typed)

    assert caught.value.suggestion == suggestion
    assert caught.value.typed == typed.split()[0]


def test_other_tools_words_name_verbs_of_ours() -> None:
    assert set(ALSO.values()) <= {command.verb for command in SHOWN}
    assert set(ALSO).isdisjoint(command.verb for command in COMMANDS)


@pytest.mark.parametrize("command", SHOWN)
def test_the_example_in_the_help_can_be_typed(command: type[AnyCommand]) -> None:
    assert command.help is not None

    assert isinstance(parse(command.help.example), command)


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
def test_a_command_that_is_spelled_is_read_back_as_itself(command: AnyCommand) -> None:
    assert parse(command.spell()) == command
