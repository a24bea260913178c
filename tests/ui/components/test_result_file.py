"""The files of results and their messages."""

import pytest
from msgspec.structs import replace

from bot.api.ids import BatchId
from bot.commands.results import ResultsFile, ResultsShown
from bot.operations.result_files import ResultFileKind
from bot.ui.components.result_file import file_name
from bot.ui.render import render
from bot.ui.reply import File, Message
from tests.builders import ADMIN, READER
from tests.ui.catalog import OUTCOMES, message_of
from tests.ui.walk import buttons, shown


def test_a_file_is_named_by_its_batch_and_kind_alone() -> None:
    hostile = BatchId('msgbatch_<!channel>"é\u202e;.exe')

    assert file_name(hostile, ResultFileKind.ERRORS) == "msgbatch___channel______exe-failures.jsonl"
    assert len({file_name(hostile, kind) for kind in ResultFileKind}) == len(ResultFileKind)


def test_a_file_that_was_not_delivered_can_be_requested_again() -> None:
    reply = render(OUTCOMES["results_file_errors"], ADMIN)

    assert isinstance(reply, File)
    assert [button["text"] for button in buttons(Message("", reply.retry_row))] == [
        {"type": "plain_text", "text": "Try again", "emoji": True}
    ]


@pytest.mark.parametrize("kind", [ResultFileKind.ERRORS, ResultFileKind.CSV])
def test_a_file_reports_inconsistencies_as_the_card_does(kind: ResultFileKind) -> None:
    outcome = OUTCOMES["results_file_jsonl"]
    troubled = OUTCOMES["results_troubled"]
    assert isinstance(outcome, ResultsFile)
    assert isinstance(troubled, ResultsShown)

    said = message_of(render(replace(outcome, kind=kind, fetched=troubled.fetched), READER))

    for words in (said.text, shown(said)):
        assert "The results file doesn't match the batch's counts" in words
        assert "11 lines can't be read as results" in words
