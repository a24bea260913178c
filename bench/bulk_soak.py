"""Kill workers with kill -9 while they delete a list of batches, and count the DELETEs and the outcomes.

`python -m bench.bulk_soak [--batches 200] [--kills 20] [--save] [--store URL]`; the default store is SQLite.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass

from bench.watch_soak import kill_worker, run_simulators, start_worker
from bench.watch_worker import POSTGRES_VARIABLE, program_environment
from bot.api.models import MessageBatch
from bot.app import utc_now
from bot.operations.bulk import make_item
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.slack_simulator.server import SlackSimulator
from bot.store.db.database import Database
from bot.store.records import audit, bulks
from bot.store.records.bulks import BULK, Bulk
from bot.store.records.labels import BatchNames
from bot.worker.engine import Engine

BULK_ID = "bulk_00000000000000aa"
SHORT_ID = 10
_AGE = 20 * 86_400.0


@dataclass(frozen=True)
class BulkSoakResult:
    """The outcome of a soak: batches that were deleted, and those that got two DELETEs, or none without a reason.

    `untold`: batches that the one message at the end does not name. `unrecorded`: without exactly one final audit row
    for the delete. `unsaved`: deleted without a file, if the results were to be saved.
    """

    deleted: int
    doubled: int
    untold: int
    unrecorded: int
    unsaved: int
    messages: int
    kills: int
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost or doubled."""
        return self.messages == 1 and not (self.doubled or self.untold or self.unrecorded or self.unsaved)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.deleted} deleted in {self.seconds:.0f} s: {self.doubled} doubled, "
            f"{self.untold} untold, {self.unrecorded} not recorded once, {self.unsaved} not saved, "
            f"{self.messages} messages at the end"
        )


async def run_bulk_soak(url: str, batches: int, kills: int, *, saves: bool = False) -> BulkSoakResult:
    """Have workers delete a list of batches, and kill each of them while a call is on its way."""
    began = time.monotonic()
    dice = random.Random(1)
    async with run_simulators(0) as (api, slack):
        database = Database(url)
        await asyncio.to_thread(_store_list, database, api, batches, saves)
        environment = program_environment(slack.api_url, slack.bot_token, api.base_url, url)
        worker = await start_worker(environment)
        for number in range(kills):
            await _hold_a_call(api, dice, number, saves=saves)
            await kill_worker(worker)
            api.answer_delayed()
            worker = await start_worker(environment)
        await slack.wait_for(lambda: _list_outcomes(slack), timeout=600)
        await kill_worker(worker)
        result = await asyncio.to_thread(_count, database, api, slack, saves)
        await database.close()
    return BulkSoakResult(*result, kills, time.monotonic() - began)


async def _hold_a_call(api: ApiSimulator, dice: random.Random, number: int, *, saves: bool) -> None:
    """Wait until a call of the list hangs: carried out or not, which the worker cannot know."""
    more = 2 if number == 0 else 1
    done = sum(call.method == "DELETE" for call in api.requests)
    await api.wait_for(lambda: sum(call.method == "DELETE" for call in api.requests) >= done + more, timeout=60)
    kind = dice.choice(("DELETE", "GET", "results") if saves else ("DELETE", "GET"))
    path = "*/results" if kind == "results" else "/v1/messages/batches/*"
    api.add_fault(ApiFault(method="DELETE" if kind == "DELETE" else "GET", path=path, delay=600))
    await api.wait_for(lambda: api.delayed, timeout=60)


def _store_list(database: Database, api: ApiSimulator, count: int, saves: bool) -> None:
    """Store a confirmed list of ended batches, as the press of a button does."""
    for number in range(count):
        api.workspace.add(succeeded=3, age=_AGE - number)
    database.open()
    engine = Engine(database)
    engine.create_tables(always=False)
    bulk = Bulk(
        id=BULK_ID,
        workspace_id="",
        verb="delete",
        command="delete --older-than 14d",
        saves=saves,
        user_id="U0ADA",
        team_id="T0DEMO",
        channel_id=None,
        state="running",
        created_at=utc_now(),
    )
    read = [MessageBatch.model_validate(each.make_json(api.now, api.base_url)) for each in api.workspace.batches]
    items = [make_item(bulk, place, batch, BatchNames()) for place, batch in enumerate(read)]
    database.transact(lambda connection: bulks.add(connection, bulk, items))
    database.transact(lambda c: engine.enqueue(c, BULK, f"bulk:{BULK_ID}", "api", [BULK_ID]))


def _list_outcomes(slack: SlackSimulator) -> list[str]:
    direct = slack.world.open_direct_message("U0ADA").id
    return [message.visible_text for message in slack.messages(direct) if "deleted" in message.visible_text]


def _count(
    database: Database, api: ApiSimulator, slack: SlackSimulator, saves: bool
) -> tuple[int, int, int, int, int, int]:
    sent = Counter(call.path.rsplit("/", 1)[-1] for call in api.requests if call.method == "DELETE")
    outcomes = _list_outcomes(slack)
    items = database.transact(lambda connection: bulks.list_items(connection, BULK_ID))
    entries = database.transact(lambda connection: list(audit.export(connection)))
    final = Counter(
        entry.subject for entry in entries if entry.outcome == "done" and entry.verb == "delete" and entry.subject
    )
    done = [item for item in items if item.state == "done"]
    known = {"done"} | ({"failed"} if saves else set())  # a kill while a file is saved leaves its batch undeleted
    return (
        len(done),
        sum(count > 1 for count in sent.values()) + sum(item.state not in known for item in items),
        sum(item.batch_id.removeprefix("msgbatch_")[:SHORT_ID] not in "".join(outcomes) for item in items),
        sum(final[item.batch_id] != (item.state == "done") for item in items),
        sum(saves and item.file_id is None for item in done),
        len(outcomes),
    )


def main() -> None:
    """Run the soak, print its outcome, and exit with 1 if anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--save", action="store_true", help="save the results of each batch first")
    parser.add_argument(
        "--store", default=os.environ.get(POSTGRES_VARIABLE, ""), help="a Postgres URL; default: a SQLite file"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="batchdesk-soak-") as folder:
        url = options.store or f"sqlite:///{folder}/store.sqlite3"
        result = asyncio.run(run_bulk_soak(url, options.batches, options.kills, saves=options.save))
    print(f"{'Postgres' if options.store else 'SQLite'}: {result}")
    sys.exit(0 if result.is_good else 1)


if __name__ == "__main__":
    main()
