"""The check of the SQL of every statement, which tests/conftest.py runs with each test, finds what it should."""

import pytest

from bot.store.db.database import Database
from bot.store.transactions import adopt
from tests.conftest import statements
from tests.store.statements import find_unscoped


@pytest.mark.parametrize(
    ("statement", "unscoped"),
    [
        ("SELECT bd_labels.label FROM bd_labels WHERE bd_labels.workspace_id = ?", ()),
        ("SELECT bd_labels.label FROM bd_labels WHERE bd_labels.batch_id = ?", ("bd_labels",)),
        ("SELECT bd_labels.workspace_id FROM bd_labels", ("bd_labels",)),
        ("SELECT x.label FROM bd_labels AS x WHERE x.workspace_id = %(workspace_id)s::VARCHAR", ()),
        ("SELECT x.label FROM bd_labels AS x, bd_drafts WHERE x.workspace_id = ?", ("bd_drafts",)),
        ("SELECT 1 FROM bd_cards JOIN bd_watches ON true WHERE bd_cards.workspace_id = ?", ("bd_watches",)),
        (
            "SELECT 1 FROM bd_labels WHERE bd_labels.workspace_id = ? AND EXISTS (SELECT 1 FROM bd_labels WHERE true)",
            ("bd_labels",),
        ),
        ("INSERT INTO bd_labels (batch_id, workspace_id) VALUES (?, ?) ON CONFLICT DO NOTHING", ()),
        ("INSERT INTO bd_labels (batch_id, label) VALUES (?, ?)", ("bd_labels",)),
        ("UPDATE bd_labels SET workspace_id=?, label=?", ("bd_labels",)),
        ("DELETE FROM bd_labels WHERE bd_labels.workspace_id = ?", ()),
        ("SELECT 1 FROM bd_drafts WHERE bd_drafts.workspace_id = ? FOR UPDATE OF bd_drafts", ()),
        ("ALTER TABLE bd_labels ADD COLUMN x", ()),
        ("SELECT 1 FROM bd_workers", ()),
    ],
)
def test_it_finds_the_tables_without_a_workspace(statement: str, unscoped: tuple[str, ...]) -> None:
    assert find_unscoped(statement) == unscoped


def test_it_sees_what_the_bot_executes(database: Database) -> None:
    database.every_workspace().transact(adopt.find_keys)
    allowed = statements.take_found()
    database.transact(adopt.find_keys)
    [found] = statements.take_found()

    assert allowed == []
    assert found.startswith("bd_audit, bd_batches")
    assert "bot/store/transactions/adopt.py" in found
