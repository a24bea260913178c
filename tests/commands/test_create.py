"""`create` as a line: what a form asks beside a file can be typed, and a button carries it."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.create import Create, PromptList
from bot.commands.language.errors import BadValue, MissingReference, UsageError
from bot.commands.language.values import check_label
from bot.commands.registry import parse
from bot.store.records.drafts import WatchPreference

ODD = st.sampled_from(["<@U0BEN|ben>", "<https://x.example|y>", "&lt;", "&", "“odd”", "`", "--all", "'", '"'])
WORDS = st.lists(ODD | st.text(st.characters(exclude_categories=["C", "Z"]), max_size=3), max_size=2)
CREATE = st.builds(
    Create,
    st.from_regex(r"F[A-Z0-9]{5,12}", fullmatch=True),
    label=WORDS.map(lambda words: check_label("create", " ".join(["x", *words]))),
    owner=st.none() | st.from_regex(r"[UW][A-Z0-9]{2,12}", fullmatch=True),
    watch=st.sampled_from(get_args(WatchPreference)),
)


@given(CREATE)
def test_whatever_a_form_takes_as_a_label_can_be_spelled(command: Create) -> None:
    assert parse(command.spell()) == command


def test_what_goes_with_a_file_can_be_typed() -> None:
    typed = parse("create F0ABCDE —label “my run” --owner <@U0BEN|ben> --watch DM")

    assert typed == Create("F0ABCDE", label="my run", owner="U0BEN", watch="dm")


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("create --label x", MissingReference),
        ("create F0ABCDE --watch there", BadValue),
        ("create F0ABCDE --owner ben", BadValue),
        ('create F0ABCDE --label "!!!"', BadValue),
    ],
)
def test_what_is_wrong_with_it_is_told(typed: str, kind: type[UsageError]) -> None:
    with pytest.raises(UsageError) as caught:
        parse(typed)

    assert (type(caught.value), caught.value.verb) == (kind, "create")


def test_a_prompt_which_no_line_carries_is_asked_for_again() -> None:
    command = Create(prompt=PromptList("Say {value}", ("a",), "claude-haiku-4-5", 10), label="my run")

    assert parse(command.spell()) == Create()
