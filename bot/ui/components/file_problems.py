"""The problems of a file of requests: the first of them on a card, all of them as a text file."""

from collections.abc import Callable

from msgspec.structs import replace

from bot.commands.create import Create
from bot.operations.drafts import FileRefused
from bot.requests.check import MAX_BODY_BYTES, MAX_FILE_BYTES, CheckReport
from bot.requests.file_kinds import ForeignFileKind
from bot.requests.problems import GroupedWarning, Problem, ProblemGroup, ProblemKind, WarningKind, strip_indexes
from bot.ui.components.buttons import actions, button
from bot.ui.components.text import code, context, fill_sections, header, number, quantity, safe_text, section
from bot.ui.reply import File, Message, Reply, Viewer

BODY_LIMIT = f"{MAX_BODY_BYTES // 1_000_000} MB"
FILE_LIMIT = f"{MAX_FILE_BYTES // 1_000_000_000} GB"
"""How large a batch may be."""
SHOWN = 20
MOST_UNFOLDED = 8
"""Lines above this number are folded behind Slack's "See more"."""
_FOREIGN: dict[ForeignFileKind, str] = {
    ForeignFileKind.UTF_16: "UTF-16 text. Save it as UTF-8",
    ForeignFileKind.UTF_32: "UTF-32 text. Save it as UTF-8",
    ForeignFileKind.ZIP: "a zip archive. Unpack it and share the `.jsonl` file inside",
    ForeignFileKind.SPREADSHEET: "a spreadsheet. Export its rows as JSON Lines",
    ForeignFileKind.OFFICE: "an office document. Save the requests as JSON Lines",
    ForeignFileKind.GZIP: "compressed (gzip). Unpack it first",
    ForeignFileKind.ZSTANDARD: "compressed (zstd). Unpack it first",
    ForeignFileKind.BZIP2: "compressed (bzip2). Unpack it first",
    ForeignFileKind.XZ: "compressed (xz). Unpack it first",
    ForeignFileKind.PDF: "a PDF. Save the requests as JSON Lines",
    ForeignFileKind.HTML: "a web page. Download the file itself, in JSON Lines",
    ForeignFileKind.JSON_ARRAY: "one JSON array. Put each request on its own line, without the brackets",
    ForeignFileKind.PRETTY_PRINTED: "JSON over several lines. Put each request on one line",
    ForeignFileKind.CR_LINE_ENDS: "a text whose lines end with CR. End them with LF",
    ForeignFileKind.NO_LINE_ENDS: "several requests on one line. Put each on its own line",
    ForeignFileKind.CSV: "a table (CSV). Write its rows as requests in JSON Lines",
    ForeignFileKind.CREATE_BODY: ('a whole request body, `{"requests": […]}`. Put each request on its own line'),
}
_WORDS: dict[ProblemKind, str] = {
    ProblemKind.NOT_JSON: "not JSON",
    ProblemKind.NOT_UTF8: "not UTF-8",
    ProblemKind.NUL_BYTE: "contains a NUL byte",
    ProblemKind.CUT_OFF: "cut off: the file ends in the middle of it",
    ProblemKind.UNFINISHED_LINE: "unfinished: the line ends in the middle of a request",
    ProblemKind.NOT_A_NUMBER: "{value} is not JSON",
    ProblemKind.HALF_SURROGATE: "half of a surrogate pair",
    ProblemKind.BYTE_ORDER_MARK: "a byte order mark",
    ProblemKind.RECORD_SEPARATOR: "a record separator (0x1E)",
    ProblemKind.TRAILING_COMMA: "an extra comma",
    ProblemKind.SEVERAL_ON_LINE: "several requests on one line",
    ProblemKind.CR_LINE_ENDS: "a line that ends with CR alone",
    ProblemKind.COMMENT: "a comment, which JSON doesn't have",
    ProblemKind.OTHER_QUOTES: 'quotes other than `"`',
    ProblemKind.PYTHON_WORD: "Python, not JSON",
    ProblemKind.CONTROL_CHARACTER: "a line break, a tab or another control character inside a string",
    ProblemKind.OPENAI_LINE: "a request for the batch API of OpenAI or another provider",
    ProblemKind.BEDROCK_LINE: "a request for Amazon Bedrock",
    ProblemKind.VERTEX_LINE: "a request for Google Vertex AI or Gemini",
    ProblemKind.RESULT_LINE: "a result, not a request",
    ProblemKind.CREATE_BODY_LINE: "a whole request body",
    ProblemKind.TOO_LONG: "longer than a request may be",
    ProblemKind.TOO_DEEP: "nested too deeply",
    ProblemKind.TOO_COMPLEX: "too many values to check",
    ProblemKind.DUPLICATE_KEY: "duplicate key",
    ProblemKind.WRONG_TYPE: "wrong type",
    ProblemKind.MISSING_KEY: "missing",
    ProblemKind.UNKNOWN_KEY: "unexpected key",
    ProblemKind.CUSTOM_ID_CHARACTERS: "only letters, digits, _ and - are allowed",
    ProblemKind.CUSTOM_ID_TOO_LONG: "too long",
    ProblemKind.CUSTOM_ID_TWICE: "duplicate",
    ProblemKind.EMPTY: "empty",
    ProblemKind.UNKNOWN_ROLE: "unknown role",
    ProblemKind.OUT_OF_RANGE: "out of range",
    ProblemKind.FORBIDDEN_IN_BATCH: "not allowed in a batch",
    ProblemKind.FORBIDDEN_IN_VERSION: "refused by this version of the API",
    ProblemKind.OTHER_USER_PROFILE: "a different profile than the batch's",
    ProblemKind.NOT_HTTPS: "not an https address",
    ProblemKind.UNKNOWN_MODEL: "unknown model",
    ProblemKind.RETIRED_MODEL: "retired model",
    ProblemKind.MODEL_WITHOUT_BATCHES: "this model doesn't support batches",
    ProblemKind.SDK_ARGUMENT: "an argument of the SDK, not a parameter",
    ProblemKind.FOREIGN_PARAM: "not a parameter of this API",
    ProblemKind.NOT_ONE_OF: "not an allowed value",
    ProblemKind.CONFLICT: "not allowed together with citations",
    ProblemKind.BLANK_TEXT: "only white space",
    ProblemKind.BLANK_END: "the last message of the assistant ends with white space",
    ProblemKind.NESTED_PARAMS: "`params` inside `params`",
    ProblemKind.BUDGET_TOO_LARGE: "not less than `max_tokens`",
    ProblemKind.WITH_THINKING: "while thinking is on, this can't be",
    ProblemKind.MEDIA_MISMATCH: "the data is not",
    ProblemKind.DATA_URL: "begins with a data URL",
    ProblemKind.TOO_MANY: "too many",
    ProblemKind.FOREIGN_BLOCK: "a content block of another API",
    ProblemKind.FOREIGN_TOOL: "a tool in another API's form",
    ProblemKind.TOOL_NAME: "not a name of 1 to 64 letters, digits, _ and -",
    ProblemKind.TOOL_TWICE: "duplicate tool",
    ProblemKind.TOOL_USE_UNANSWERED: "a tool call without its result",
    ProblemKind.TOOL_RESULT_ORPHAN: "a tool result without its call",
    ProblemKind.TOOL_RESULT_NOT_FIRST: "a tool result after other content",
    ProblemKind.MODEL_SAMPLING: "{model} accepts only the default, not {value}",
    ProblemKind.MODEL_SAMPLING_BOTH: "{model} refuses {value} together with `temperature`",
    ProblemKind.MODEL_THINKING: "{model} doesn't support {value}",
    ProblemKind.MODEL_THINKING_EFFORT: "{model} refuses {value} at this effort",
    ProblemKind.MODEL_PREFILL: "{model} needs a last message of the user",
    ProblemKind.MODEL_EFFORT: "{model} doesn't have the level {value}",
    ProblemKind.MODEL_TOOL_CHOICE: "{model} can't be forced to use a tool by {value}",
    ProblemKind.MODEL_TOOL: "{model} doesn't support the tool {value}",
    ProblemKind.MODEL_INPUT: "{model} doesn't accept {value} blocks",
    ProblemKind.NO_REQUESTS: "The file has no requests",
    ProblemKind.TOO_MANY_REQUESTS: "Too many requests for one file",
    ProblemKind.BODY_TOO_LARGE: "Too large for one file",
    ProblemKind.FILE_TOO_COMPLEX: "Too complex to check. Split long lines, or use fewer models and regions",
}
_REMEDIES: dict[ProblemKind, str] = {
    ProblemKind.UNFINISHED_LINE: "Put each request on one line",
    ProblemKind.NOT_A_NUMBER: "Use a number or null",
    ProblemKind.HALF_SURROGATE: "Write the whole character",
    ProblemKind.BYTE_ORDER_MARK: "Remove it",
    ProblemKind.RECORD_SEPARATOR: "Remove it",
    ProblemKind.TRAILING_COMMA: "Remove it",
    ProblemKind.SEVERAL_ON_LINE: "Put each request on its own line",
    ProblemKind.CR_LINE_ENDS: "End lines with LF",
    ProblemKind.COMMENT: "Remove it",
    ProblemKind.OTHER_QUOTES: "Write the file with a JSON library",
    ProblemKind.PYTHON_WORD: "Write the file with a JSON library",
    ProblemKind.CONTROL_CHARACTER: "Escape it",
    ProblemKind.NOT_UTF8: "Save the file as UTF-8",
    ProblemKind.OPENAI_LINE: "Rename `body` to `params`, remove `method` and `url`, and use a Claude model",
    ProblemKind.BEDROCK_LINE: (
        "Rename `recordId` to `custom_id` and `modelInput` to `params`, add `model`, and remove `anthropic_version`"
    ),
    ProblemKind.VERTEX_LINE: (
        "Rename `request` to `params`, add `custom_id` and `model`, and remove `anthropic_version`"
    ),
    ProblemKind.RESULT_LINE: "Upload the file of the requests",
    ProblemKind.CREATE_BODY_LINE: "Put each item of `requests` on its own line",
    ProblemKind.UNKNOWN_MODEL: "Did you mean {instead}?",
    ProblemKind.NESTED_PARAMS: "Remove one of them",
    ProblemKind.SDK_ARGUMENT: "Remove it",
    ProblemKind.FOREIGN_PARAM: "Use {instead}",
    ProblemKind.NOT_ONE_OF: "Use {instead}",
    ProblemKind.WITH_THINKING: "Remove it, or turn thinking off",
    ProblemKind.MEDIA_MISMATCH: "Write {instead}",
    ProblemKind.DATA_URL: "Keep only what follows the comma",
    ProblemKind.FOREIGN_BLOCK: "Use {instead}",
    ProblemKind.FOREIGN_TOOL: "Use `name`, `description` and `input_schema`",
    ProblemKind.TOOL_USE_UNANSWERED: "Add a `tool_result` to the next message of the user",
    ProblemKind.TOOL_RESULT_ORPHAN: "Add the `tool_use` to the message before",
    ProblemKind.TOOL_RESULT_NOT_FIRST: "Put tool results first",
    ProblemKind.MODEL_SAMPLING: "Remove it",
    ProblemKind.MODEL_SAMPLING_BOTH: "Remove one of them",
    ProblemKind.MODEL_THINKING: "Use {instead}",
    ProblemKind.MODEL_THINKING_EFFORT: "Lower the effort, or let the model think",
    ProblemKind.MODEL_PREFILL: "Remove the last message, or ask for the format in the prompt",
    ProblemKind.MODEL_EFFORT: "Use {instead}",
    ProblemKind.MODEL_TOOL_CHOICE: "Use {instead}",
}
"""What to do; a remedy with `{instead}` is left out if there is nothing to use instead."""
_WARNINGS: dict[WarningKind, str] = {
    WarningKind.MODEL_NOT_CHECKED: "not checked, because the API's list of models didn't arrive",
    WarningKind.DEPRECATED_MODEL: "deprecated, and will be retired",
    WarningKind.UNKNOWN_PARAM: "unknown parameter, which the API may refuse",
    WarningKind.SYSTEM_ROLE: "only newer models accept the role `system` within messages",
    WarningKind.MODEL_NOT_LISTED: "not in the API's list of models",
    WarningKind.MODEL_RULES_UNKNOWN: "a new model. Its rules are unknown, so they are not checked",
    WarningKind.MODEL_MAY_REFUSE: "the model may refuse it",
    WarningKind.MAY_BE_REFUSED: "the API may refuse it",
    WarningKind.UNKNOWN_KEY: "unexpected key, which the API may refuse",
    WarningKind.UNKNOWN_BLOCK: "unknown content block, which the API may refuse",
    WarningKind.UNKNOWN_TOOL: "unknown tool, which the API may refuse",
    WarningKind.MEDIA_UNKNOWN: "the data doesn't look like this type",
    WarningKind.MANY_PAGES: "this many pages may exceed the model's limit",
}

_PLACED = frozenset((WarningKind.MODEL_MAY_REFUSE, WarningKind.MAY_BE_REFUSED, WarningKind.MANY_PAGES))
"""Warnings that make no sense without the place of the value."""


def render_file_refused(outcome: FileRefused, viewer: Viewer) -> Reply:
    """Return the first problems on a card; if there are more, also all of them as a file. Nothing was sent."""
    name = safe_text(outcome.name, 80)
    checked = outcome.checked
    if checked.foreign is not None:
        words = f"*{name}* is {_FOREIGN[checked.foreign]}."
        return Message(f"Not sent: {words}", (header("Not sent"), section(words), *_upload_row()))
    card = _problem_card(outcome)
    groups = checked.list_groups()[:SHOWN]
    if sum(len(group.first) for group in groups) == checked.problem_count:
        return card
    kept = len(checked.problems)
    which = "All of them are" if kept == checked.problem_count else f"The first {number(kept)} of them are"
    with_file = _problem_card(outcome, f"📄 {which} in a text file in our direct messages.")
    title = f"Problems in {short_file_name(outcome.name)}"
    return File("problems.txt", title, problems_text(checked).encode(), with_file, message_without_file=card)


def _problem_card(outcome: FileRefused, file: str = "") -> Message:
    checked = outcome.checked
    groups = checked.list_groups()
    total = quantity(checked.problem_count, "problem")
    title = f"Not sent: {total} in {short_file_name(outcome.name)}"
    first = f" The first {SHOWN} different problems:" if len(groups) > SHOWN else ""
    summary = f"{quantity(checked.requests, 'request')} checked.{first}"
    lines = [group_line(group) for group in groups[:SHOWN]]
    has_lines = any(problem.line is not None for problem in checked.problems)
    hint = "Fix these lines and upload the file again." if has_lines else "Fix the file and upload it again."
    blocks = (
        header(title),
        section(summary),
        *(section(part, folded=len(lines) > MOST_UNFOLDED) for part in fill_sections(lines)),
        *(_totals_section(checked) if len(groups) > SHOWN else ()),
        *([section(file)] if file else []),
        *_upload_row(),
        context(hint),
    )
    return Message("\n".join([" ".join([f"{safe_text(title)}.", hint, *([file] if file else [])]), *lines]), blocks)


def short_file_name(name: str) -> str:
    """Return the name of a file, shortened for a title."""
    return name if len(name) <= 60 else name[:59] + "…"


def problem_line(problem: Problem) -> str:
    """Return one problem: its line and place, what is wrong, the value, and what to do."""
    return _problem_line(problem, lambda text: code(text, 80))


def group_line(group: ProblemGroup) -> str:
    """Return a problem with its first places, and the number of all."""
    if group.count == 1:
        return problem_line(group.first[0])
    return f"{number(group.count)} × {_describe_group(group, lambda text: code(text, 80))}"


def _describe_group(group: ProblemGroup, show: Callable[[str], str]) -> str:
    """Return what the problems have in common, and where they are, each with what it has alone."""
    same_value = len({problem.value for problem in group.first}) == 1
    same_place = len({problem.place for problem in group.first}) == 1
    head = group.first[0]
    common = replace(
        head,
        line=None,
        first_line=None,
        column=None,
        value=head.value if same_value else "",
        day=head.day if same_value else "",
        place=head.place if same_place else strip_indexes(head.place),
    )
    places = [_where(problem, show, with_value=not same_value, with_place=not same_place) for problem in group.first]
    if all(place.isdigit() for place in places):
        places[0] = f"lines {places[0]}"
    else:
        places = [f"line {place}" for place in places]
    more = group.count - len(group.first)
    return f"{_problem_line(common, show)} ({', '.join(places)}{f' and {number(more)} more' if more else ''})"


def _where(problem: Problem, show: Callable[[str], str], *, with_value: bool, with_place: bool) -> str:
    column = f", column {number(problem.column)}" if problem.column is not None else ""
    place = f": {show(problem.place)}" if with_place else ""
    value = f" {show(problem.value)}" if with_value and problem.value else ""
    first = f" and line {problem.first_line}" if problem.first_line is not None else ""
    return f"{problem.line or 0}{first}{column}{place}{value}"


def problems_text(checked: CheckReport) -> str:
    """Return the problems as plain text: the different ones with their totals, then each recorded problem."""
    totals = (f"{number(group.count)} × {_describe_group(group, lambda text: text)}" for group in checked.list_groups())
    lines = (_problem_line(problem, lambda text: text) for problem in checked.problems)
    return "\n".join([f"{quantity(checked.problem_count, 'problem')} in total:", *totals, "", *lines]) + "\n"


def _problem_line(problem: Problem, show: Callable[[str], str]) -> str:
    column = f", column {number(problem.column)}" if problem.column is not None else ""
    line = f"line {number(problem.line)}{column}: " if problem.line is not None else ""
    place = f"{show(problem.place)}: " if problem.place else ""
    words = _WORDS[problem.kind]
    value = f" {show(problem.value)}" if problem.value and "{value}" not in words else ""
    words = _fill_words(words, show(problem.model), show(problem.value) if problem.value else "these values")
    limit = f" (limit: {number(problem.limit)})" if problem.limit is not None else ""
    first = f" (first in line {number(problem.first_line)})" if problem.first_line is not None else ""
    since = f" (since {safe_text(problem.day, 20)})" if problem.day else ""
    return f"{line}{place}{words}{value}{limit}{since}{first}{_remedy(problem, show)}"


def _fill_words(words: str, model: str, value: str) -> str:
    return words.replace("{model}", model).replace("{value}", value)


def _remedy(problem: Problem, show: Callable[[str], str]) -> str:
    words = _REMEDIES.get(problem.kind, "")
    if not words or ("{instead}" in words and not problem.instead):
        return ""
    return ". " + words.replace("{instead}", " or ".join(map(show, problem.instead.split(", "))))


def warning_lines(warnings: tuple[GroupedWarning, ...]) -> list[str]:
    """Return a line for each kind of warning, with the number of lines it concerns."""
    return [_warning_line(warning) for warning in warnings]


def _warning_line(warning: GroupedWarning) -> str:
    where = f"{code(warning.place, 80)} " if warning.kind in _PLACED and warning.value else ""
    model = f" ({code(warning.model, 80)})" if warning.model else ""
    hint = f". Did you mean {code(warning.instead, 80)}?" if warning.instead else ""
    lines = f"({quantity(warning.lines, 'line')}, first in line {warning.line})"
    day = f" on {safe_text(warning.day, 20)}" if warning.day else ""
    return f"{where}{code(warning.value or warning.place, 80)}: {_WARNINGS[warning.kind]}{day}{model} {lines}{hint}"


def _totals_section(checked: CheckReport) -> tuple[dict[str, object], ...]:
    words = ", ".join(
        f"{number(count)} × {_fill_words(_WORDS[kind], 'the model', 'this value')}"
        for kind, count in _sorted_totals(checked)
    )
    return (dict(section(f"*In total:* {words}", folded=True)),)


def _sorted_totals(checked: CheckReport) -> list[tuple[ProblemKind, int]]:
    return sorted(checked.totals.items(), key=lambda pair: -pair[1])


def _upload_row() -> tuple[dict[str, object], ...]:
    return tuple(dict(block) for block in actions([button("Upload the file", Create())]))
