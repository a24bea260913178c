"""The rows of a refused file: each different problem once, with its places."""

import pytest

from bot.requests.problems import GroupedWarning, Problem, ProblemKind, WarningKind, group_problems
from bot.ui.components.file_problems import group_line, problem_line, warning_lines

P = ProblemKind


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (
            Problem(P.MODEL_SAMPLING, 3, "params.temperature", "0", model="claude-opus-5"),
            "line 3: `params.temperature`: `claude-opus-5` accepts only the default, not `0`. Remove it",
        ),
        (
            Problem(P.MODEL_THINKING, 3, "params.thinking.type", "enabled", model="m", instead="disabled, adaptive"),
            "line 3: `params.thinking.type`: `m` doesn't support `enabled`. Use `disabled` or `adaptive`",
        ),
        (Problem(P.NOT_A_NUMBER, 1_200, value="NaN", column=96), "line 1,200, column 96: `NaN` is not JSON."),
        (Problem(P.FOREIGN_PARAM, 1, "params.n"), "line 1: `params.n`: not a parameter of this API"),
        (Problem(P.FOREIGN_PARAM, 1, "params.stop", instead="stop_sequences"), "API. Use `stop_sequences`"),
        (Problem(P.CUSTOM_ID_TWICE, 9, "custom_id", "a", first_line=2), "duplicate `a` (first in line 2)"),
        (Problem(P.UNKNOWN_MODEL, 1, "params.model", "claude-haiku-4.5", instead="claude-haiku-4-5"), "Did you mean"),
    ],
)
def test_a_problem_says_where_what_and_what_to_do(problem: Problem, words: str) -> None:
    assert words in problem_line(problem)
    assert group_line(group_problems([problem])[0]) == problem_line(problem)


@pytest.mark.parametrize(
    ("problems", "words"),
    [
        (
            [Problem(P.OUT_OF_RANGE, line, "params.max_tokens", "0", 1) for line in range(1, 1_301)],
            "1,300 × `params.max_tokens`: out of range `0` (limit: 1) (lines 1, 2, 3, 4, 5 and 1,295 more)",
        ),
        (
            [Problem(P.CUSTOM_ID_CHARACTERS, line, "custom_id", value) for line, value in ((1, "a b"), (4, "c d"))],
            "2 × `custom_id`: only letters, digits, _ and - are allowed (line 1 `a b`, line 4 `c d`)",
        ),
        (
            [Problem(P.EMPTY, 2, f"params.messages.{index}.content") for index in (1, 3)],
            "2 × `params.messages.content`: empty "
            "(line 2: `params.messages.1.content`, line 2: `params.messages.3.content`)",
        ),
        (
            [Problem(P.CUSTOM_ID_TWICE, line, "custom_id", "a", first_line=1) for line in (2, 3)],
            "2 × `custom_id`: duplicate `a` (line 2 and line 1, line 3 and line 1)",
        ),
        (
            [Problem(P.TRAILING_COMMA, line, value=",", column=140 + line) for line in (1, 2)],
            "2 × an extra comma `,`. Remove it (line 1, column 141, line 2, column 142)",
        ),
        (
            [
                Problem(P.MODEL_SAMPLING, line, "params.temperature", value, model="claude-opus-5")
                for line, value in ((1, "0"), (2, "0.5"))
            ],
            "2 × `params.temperature`: `claude-opus-5` accepts only the default, not these values. Remove it "
            "(line 1 `0`, line 2 `0.5`)",
        ),
    ],
)
def test_a_repeated_problem_is_one_row_with_its_places(problems: list[Problem], words: str) -> None:
    [group] = group_problems(problems)

    assert group_line(group) == words


def test_a_warning_of_a_model_names_the_place_the_value_and_the_model() -> None:
    warning = GroupedWarning(WarningKind.MODEL_MAY_REFUSE, "params.inference_geo", "us", 7, 1, model="claude-haiku-4-5")

    assert warning_lines((warning,)) == [
        "`params.inference_geo` `us`: the model may refuse it (`claude-haiku-4-5`) (1 line, first in line 7)"
    ]


def test_the_warning_about_a_deprecated_model_names_the_day() -> None:
    warning = GroupedWarning(WarningKind.DEPRECATED_MODEL, "params.model", "claude-opus-4-5", 3, day="2027-01-22")

    words = "`claude-opus-4-5`: deprecated, and will be retired on 2027-01-22 (1 line, first in line 3)"
    assert warning_lines((warning,)) == [words]
