"""A desk with everything that is worth an attack, every line to attack it with, and what must stay as it is."""

import json
import re
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import Connection, select

from bot.playground.api_simulator.batch import Batch
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage, list_elements
from bot.store.db import tables
from tests.desk import ADA, BATCHES, BOT, Desk
from tests.journeys.creating import make_jsonl, make_request, share_file

CANARIES = ("canary-id", "canary-error", "canary-prompt", "canary-answer")
"""Words that only contents have: an id and an error of a request, a prompt, and an answer."""
ANSWERED = "answered"
"""The id of the one request that has an answer. It is typed, so it is no secret."""
_GUARDED = (tables.labels, tables.mutes, tables.quiet_levels, tables.drafts, tables.confirmations)
"""The tables that only someone with a right changes."""


@dataclass
class Target:
    """A desk, its batches and drafts, and the values of the buttons that Ada was shown."""

    desk: Desk
    ended: Batch
    running: Batch
    ready: str
    waiting: str
    buttons: dict[str, str]
    """Value by text. Some of them confirm an open question of Ada's."""

    @property
    def lines(self) -> tuple[str, ...]:
        """Every verb that changes something or shows contents or the record, with each option that matters."""
        ended, running = self.ended.id, self.running.id
        changes = (
            *(f"delete {id}" for id in (ended, running, "last", "last ended", "nightly", ended[9:16])),
            *(f"cancel {id}" for id in (running, "last", ended)),
            *(f"{verb} {ended}" for verb in ("own", "edit", "retry", "label", "note", "mute")),
            f"own {ended} <@U0BEN|ben>",
            f"label {ended} mine",
            f"label {ended} --remove",
            f"note {ended} mine",
            f"note {ended} --remove",
            *(f"edit {ended} {option}" for option in ("--label x", "--note x", "--no-label", "--no-note", "--mute 1d")),
            f"mute {ended} 2h",
            "mute here 2h",
            "mute C0BATCHES forever",
            "mute here off",
            "notify none",
            "notify all",
            "create",
            "create --prompt",
            *(f"retry {ended} {option}" for option in ("--all", "--cause invalid_request_error", "--file F0123456789")),
            *(f"send {draft}" for draft in (self.ready, self.ready[:6], "ready.jsonl", self.waiting)),
            f"send {self.ready} --first",
            *(f"{verb} {self.waiting}" for verb in ("approve", "preview", "discard", "drop", "decline")),
            f"approve {self.waiting[:6]}",
            "approve waiting.jsonl",
            f"approve {self.ready}",
            f"decline {self.waiting} no",
            f"discard {self.ready}",
        )
        return (*changes, *self.contents, *self.record)

    @property
    def contents(self) -> tuple[str, ...]:
        """The lines that fetch contents."""
        files = (
            "--file",
            "--errors",
            "--csv",
            "--errors --csv",
            "--causes",
            "--merged",
            "--merged --partial",
            "--full",
        )
        places = ("", " --public")
        results = tuple(f"results {self.ended.id} {file}{place}" for file in files for place in places)
        return (*results, f"show {self.ended.id} {ANSWERED}")

    @property
    def record(self) -> tuple[str, ...]:
        """The lines that read the record."""
        return ("audit", f"audit {self.ended.id}", "audit --export", "audit --public", "audit --by <@U0ADA|ada>")

    @property
    def open_lines(self) -> tuple[str, ...]:
        """The lines that show counts, status and cost."""
        ended, running = self.ended.id, self.running.id
        verbs = ("status", "details", "results")
        return (
            *(f"{verb} {id}{place}" for verb in verbs for id in (ended, running) for place in ("", " --public")),
            *("", "list", "list --public", "cost", "cost --by label --public", "help", "watch", f"watch {running}"),
            f"unwatch {running}",
        )

    async def snapshot(self) -> str:
        """Return the rows that only someone with a right changes."""

        def read(connection: Connection) -> str:
            rows = [[dict(row._mapping) for row in connection.execute(select(table))] for table in _GUARDED]
            return json.dumps(rows, default=str, sort_keys=True)

        return await self.desk.bot.worker.services.database.run(read)

    @property
    def changing_requests(self) -> list[str]:
        """What was asked of the API that changes something. Counting tokens changes nothing."""
        asked = (f"{each.method} {each.path}" for each in self.desk.api.requests if each.method != "GET")
        return [each for each in asked if not each.endswith("/count_tokens")]

    async def seen_by(self, user: str) -> str:
        """Return everything of the bot that a person can see: messages, files, their modal and their Home tab."""
        slack = self.desk.slack
        places = [channel.id for channel in slack.world.channels.values() if user in channel.members]
        messages = [each for place in places for each in slack.messages(place, user) if each.user == BOT]
        shown: list[Any] = [[each.text, each.blocks] for each in messages]
        for view in (slack.modal(user), slack.home(user)):
            shown.append(view.body if view is not None else None)
        async with httpx.AsyncClient(base_url=slack.url) as browser:
            files = [(await browser.get(file["url"])).text for each in messages for file in each.files]
        return json.dumps([shown, files], ensure_ascii=False)


async def prepare(desk: Desk) -> Target:
    """Fill a desk whose operator is Ada and whose request limit is 10."""
    ended = desk.api.workspace.add(succeeded=1, errored=2)
    running = desk.api.workspace.add(processing_status="in_progress", processing=5, ends_in=3_000.0)
    desk.api.add_fault(
        ApiFault(path=f"*{ended.id}/results", body=make_results(2, "invalid_request_error"), times=1_000)
    )
    await desk.type(f"/batch label {ended.id} nightly")
    await desk.type(f"/batch results {ended.id}")
    [card] = await desk.type(f"/batch status {running.id} --public")
    [ready] = await _create(desk, 9, "ready.jsonl")
    [waiting] = await _create(desk, 30, "waiting.jsonl")
    await desk.press(waiting, "Ask for approval")
    asked = [each for each in desk.slack.messages(BATCHES, ADA) if "Approve" in each.buttons][-1]
    [deleting] = await desk.type(f"/batch delete {ended.id}")
    [canceling] = await desk.type("/batch cancel last")
    buttons: dict[str, str] = {}
    for message in (card, ready, waiting, asked, deleting, canceling):
        buttons |= _read_buttons(message)
    return Target(desk, ended, running, _find_draft(buttons["Send"]), _find_draft(buttons["Approve"]), buttons)


def _find_draft(value: str) -> str:
    found = re.search(r"(?:send|approve) ([0-9a-f]{24})", value)
    assert found is not None
    return found[1]


async def _create(desk: Desk, count: int, name: str) -> list[SlackMessage]:
    requests = (make_request(f"canary-id-{number}", system="canary-prompt") for number in range(count))
    file = share_file(desk, make_jsonl(requests), name, "D0ADA")
    return await desk.type(f"/batch create {file.files[0]['id']}")


def _read_buttons(message: SlackMessage) -> dict[str, str]:
    buttons = [element for _, element in list_elements(message.blocks) if element["type"] == "button"]
    return {element["text"]["text"]: element["value"] for element in buttons}


def make_results(errored: int, kind: str) -> str:
    """Return a results file: an answer, then so many errors of this kind."""
    answer = {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-4-5",
        "content": [{"type": "text", "text": "canary-answer"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 5},
    }
    error = {"type": "error", "error": {"type": kind, "message": "canary-error: too long"}}
    results: list[dict[str, Any]] = [{"type": "succeeded", "message": answer}]
    results += [{"type": "errored", "error": error}] * errored
    ids = [ANSWERED, *(f"canary-id-{number}" for number in range(1, errored + 1))]
    lines = ({"custom_id": id, "result": result} for id, result in zip(ids, results, strict=True))
    return "".join(json.dumps(line) + "\n" for line in lines)
