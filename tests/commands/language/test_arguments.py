"""From words to the positional words and options of one verb."""

import pytest

from bot.commands.language.arguments import OptionSpec, read_arguments
from bot.commands.language.errors import MissingValue, UnexpectedWord, UnknownOption

SPECS = (OptionSpec("limit", "N", "rows"), OptionSpec("public", "", "for everyone"), OptionSpec("after", "ID"))


@pytest.mark.parametrize(
    ("words", "plain", "options"),
    [
        ([], (), {}),
        (["a", "b"], ("a", "b"), {}),
        (["--limit", "5", "a"], ("a",), {"limit": "5"}),
        (["a", "--limit=5"], ("a",), {"limit": "5"}),
        (["--limit=a=b"], (), {"limit": "a=b"}),
        (["--LIMIT", "5", "--Public"], (), {"limit": "5", "public": ""}),
        (["--public", "a"], ("a",), {"public": ""}),
        (["--limit", "5", "--limit", "6"], (), {"limit": "6"}),
        (["--"], ("--",), {}),
    ],
)
def test_options_may_stand_anywhere(words: list[str], plain: tuple[str, ...], options: dict[str, str]) -> None:
    read = read_arguments("list", words, SPECS)

    assert (read.words, read.options) == (plain, options)


def test_a_flag_is_given_or_not() -> None:
    read = read_arguments("list", ["--public"], SPECS)

    assert (read.flag("public"), read.flag("limit")) == (True, False)


def test_an_unknown_option_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownOption) as caught:
        read_arguments("list", ["--Size", "5"], SPECS)

    assert (caught.value.verb, caught.value.option, caught.value.known) == ("list", "Size", ("limit", "public"))


@pytest.mark.parametrize(
    ("words", "option", "needs_value"),
    [
        (["--limit"], "limit", True),
        (["--limit="], "limit", True),
        (["--limit", ""], "limit", True),
        (["--public=yes"], "public", False),
    ],
)
def test_a_value_that_is_missing_or_too_many_is_named(words: list[str], option: str, needs_value: bool) -> None:
    with pytest.raises(MissingValue) as caught:
        read_arguments("list", words, SPECS)

    assert (caught.value.option, caught.value.needs_value) == (option, needs_value)


def test_the_first_word_too_many_is_named() -> None:
    with pytest.raises(UnexpectedWord) as caught:
        read_arguments("status", ["a", "b", "c"], SPECS).at_most(1)

    assert (caught.value.verb, caught.value.word) == ("status", "b")
