"""Who used a model that retires: labels and owners of recent batches, from the ledger and from what was sent."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from bot.operations.ledger import read_entry
from bot.operations.retirements import RetiringModel, list_retiring
from bot.operations.workspace import Workspace
from bot.requests.estimate import load_estimate
from bot.store.db.connection import Connection
from bot.store.db.database import Database
from bot.store.records import drafts, labels, ledger

USED_WITHIN = timedelta(weeks=4)
"""How old a batch may be to count as a use: jobs that run monthly count too."""


_Names = tuple[str | None, str | None]
"""The label and the owner of a batch."""


class Use(Struct, frozen=True):
    """The number of batches with one label and one owner; None where a batch has none."""

    label: str | None
    owner: str | None
    batches: int


class RetiringUse(Struct, frozen=True):
    """A model that retires, and who used it, most batches first."""

    model: RetiringModel
    uses: tuple[Use, ...]


async def find_retiring_use(database: Database, workspace: Workspace, now: datetime) -> tuple[RetiringUse, ...] | None:
    """Return the models that retire and were used within 4 weeks, the ones that are due first.

    A batch counts if it was sent from here or its results were read. None: the API does not list its models.

    Raises:
        StoreUnavailable.
    """
    used = await database.run(lambda connection: _find_uses(connection, now - USED_WITHIN))
    if not used:
        return ()
    catalog = await workspace.models.get(now)
    if catalog is None:
        return None
    batches: dict[str, dict[str, _Names]] = defaultdict(dict)  # by model and batch: one batch may use two of its names
    for name, batch_id, names in used:
        if (model := catalog.find(name)) is not None:
            batches[model.id][batch_id] = names
    retiring = list_retiring(catalog, {model_id: len(found) for model_id, found in batches.items()}, now)
    return tuple(RetiringUse(model, _count_uses(batches[model.name].values())) for model in retiring)


def _count_uses(names: Iterable[_Names]) -> tuple[Use, ...]:
    return tuple(Use(*each, count) for each, count in Counter(names).most_common())


def _find_uses(connection: Connection, since: datetime) -> list[tuple[str, str, _Names]]:
    """Return each model that a batch used, with the batch and its label and owner."""
    rows = {row.batch_id: row for row in ledger.list_created_since(connection, since)}
    sent = drafts.list_estimates_since(connection, since)
    named = labels.get_names(connection, rows.keys() | sent.keys())
    found = []
    for batch_id, names in named.items():
        row = rows.get(batch_id)
        entry = read_entry(row) if row is not None else None
        models = {use.model for use in entry.spent.models} if entry is not None else set()
        models |= {model.model for model in load_estimate(sent.get(batch_id, "[]")).models}
        label = names.label or (row.label if row is not None else None)
        owner = names.owner or (row.owner if row is not None else None)
        found += [(model, batch_id, (label, owner)) for model in sorted(models)]
    return found
