"""The audit record: what someone is about to do, recorded before the act, and its outcome, recorded after."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, Connection, FromClause, and_, exists, func, insert, not_, or_, select, update

from bot.store.db.tables import audit as table
from bot.store.records.bulks import BULK_PREFIX
from bot.store.records.confirmations import StoredConfirmation

RecordedOutcome = Literal["asked", "kept", "waiting", "started", "done", "refused", "failed", "unknown"]
"""`asked` and `kept` are outcomes of questions: one was asked, and it was declined. `waiting`: for an approval.
`started`: a worker goes on, and records what came of it."""
_NOT_FINAL = ("unknown", "started")
NO_PROCESS = ""
"""The holder of an act that waits for a process."""
FOLDED_WITHIN = timedelta(minutes=1)
"""For how long further refusals are counted in a row, so that no one floods the record."""
REFUSALS_APART = 5
"""Rows that different refusals of one person and verb get in that time. The last one counts what follows."""
_SETTLED_WITHIN = timedelta(days=1)
"""How long an outcome may be missing or unknown before no one settles it any more."""
_DRAFT_ID_LENGTH = 24
_DECIDING_VERBS = ("approve", "decline", "discard", "drop")
"""The verbs that settle a request for approval."""
_VERB_NAMES = (frozenset({"discard", "drop"}),)
"""Verbs that are recorded under several names."""


class AuditEntry(Struct, frozen=True):
    """One act. `subject` is its batch id. `outcome`, `detail` and `finished_at` are None while it is under way.

    `held_by` is the process at work, until it has answered the person; it is None in the entries of older versions.
    `times`: how many attempts by someone who may not do this the entry counts; None for an act. `copied_at`: when it
    was copied to the audit log. An entry without a user is about a notice that the bot gave up.
    """

    id: int
    at: datetime
    user_id: str
    team_id: str
    channel_id: str | None
    verb: str
    command: str
    subject: str | None
    confirmation_id: str | None
    outcome: RecordedOutcome | None
    detail: str | None
    finished_at: datetime | None
    held_by: str | None = None
    times: int | None = None
    copied_at: datetime | None = None
    workspace_id: str = ""

    @property
    def is_request(self) -> bool:
        """Whether it asked for an approval. Version 0.1.0 recorded that as done, about the draft."""
        if self.verb != "send":
            return False
        return self.outcome == "waiting" or (self.outcome == "done" and self.subject == self.draft_id)

    @property
    def draft_id(self) -> str:
        """Return the first word after the verb: the id of the draft, for the verbs about drafts."""
        return self.command[len(self.verb) + 1 :][:_DRAFT_ID_LENGTH]


class RecordedAct(Struct, frozen=True):
    """One act: its last entry, and the question and the request for approval that led to it, oldest first."""

    entry: AuditEntry
    earlier: tuple[AuditEntry, ...] = ()

    @property
    def request(self) -> AuditEntry | None:
        """Return the request that this act approved, declined or discarded, if there was one."""
        return next((entry for entry in self.earlier if entry.is_request), None)


class AuditFilter(Struct, frozen=True, kw_only=True):
    """Which entries to read. `subject` is how a batch id begins; `by` is a user id. None filters nothing out.

    The verb and the person may be those of the act, of its question or of the request that it approved.
    """

    subject: str | None = None
    by: str | None = None
    verb: str | None = None
    since: datetime | None = None


NO_FILTER = AuditFilter()


class Intent(Struct, frozen=True, kw_only=True):
    """What someone is about to do. `subject` is the batch id, if there is a batch.

    `detail` is a fact that cannot be read afterwards. It stays unless the outcome has a detail of its own.
    """

    at: datetime
    user_id: str
    team_id: str
    channel_id: str | None
    verb: str
    command: str
    subject: str | None
    confirmation_id: str | None
    detail: str | None = None


def record_intent(connection: Connection, intent: Intent, *, held_by: str) -> int:
    """Store what the process `held_by` is about to do, and return the entry's number.

    Act only after the transaction has committed.
    """
    stored = insert(table).values(**asdict(intent), held_by=held_by).returning(table.c.id)
    return int(connection.execute(stored).scalar_one())


def record_act(connection: Connection, intent: Intent, outcome: RecordedOutcome, at: datetime) -> int:
    """Store an act that is done in the same transaction, or a question, and return the entry's number."""
    stored = insert(table).values(**asdict(intent), outcome=outcome, finished_at=at).returning(table.c.id)
    return int(connection.execute(stored).scalar_one())


def record_refusal(connection: Connection, intent: Intent) -> None:
    """Record that someone tried what they may not do. `intent.detail` says which rule refused.

    The same attempt within a minute is counted in one entry, and so is whatever one person tries of one verb beyond
    REFUSALS_APART entries.
    """
    by_person = table.c.user_id == intent.user_id, table.c.verb == intent.verb, table.c.times.is_not(None)
    recent = select(table).where(*by_person, table.c.at > intent.at - FOLDED_WITHIN).order_by(table.c.id)
    entries = [AuditEntry(**row._mapping) for row in connection.execute(recent)]
    alike = [entry for entry in entries if (entry.command, entry.detail) == (intent.command, intent.detail)]
    counting = alike or entries[REFUSALS_APART - 1 :]
    if counting:
        one_more = update(table).where(table.c.id == counting[0].id)
        connection.execute(one_more.values(times=table.c.times + 1, finished_at=intent.at))
        return
    refused = insert(table).values(**asdict(intent), outcome="refused", finished_at=intent.at, times=1)
    connection.execute(refused)


def take_over(connection: Connection, entry: AuditEntry, held_by: str) -> bool:
    """Have the process `held_by` finish an act in place of the one that began it; False if another process does."""
    held_as_found = table.c.held_by.is_(None) if entry.held_by is None else table.c.held_by == entry.held_by
    taken = update(table).where(table.c.id == entry.id, table.c.outcome.is_(None), held_as_found)
    return connection.execute(taken.values(held_by=held_by)).rowcount == 1


def release(connection: Connection, entry_id: int) -> None:
    """Let any process finish an act."""
    held = update(table).where(table.c.id == entry_id, table.c.outcome.is_(None))
    connection.execute(held.values(held_by=NO_PROCESS))


def record_outcome(
    connection: Connection,
    entry_id: int,
    *,
    outcome: RecordedOutcome,
    detail: str | None,
    at: datetime,
    subject: str | None = None,
    awaits_answer: bool = False,
) -> bool:
    """Store the outcome; False if there is no such entry, or it has an outcome that is final.

    `subject` is the batch that the act created. Without a `detail` the one of the intent stays. `awaits_answer`: the
    process that holds the act has still to answer the person.
    """
    open_entry = table.c.id == entry_id, or_(table.c.outcome.is_(None), table.c.outcome.in_(_NOT_FINAL))
    settle = update(table).where(*open_entry).values(outcome=outcome, finished_at=at)
    settle = settle if awaits_answer else settle.values(held_by=None)
    settle = settle.values(detail=detail) if detail is not None else settle
    settle = settle.values(subject=subject) if subject is not None else settle
    return connection.execute(settle).rowcount == 1


def mark_answered(connection: Connection, entry_id: int) -> bool:
    """Record that the person knows the outcome of an act; True for exactly one caller."""
    held = table.c.id == entry_id, table.c.outcome.is_not(None), table.c.held_by.is_not(None)
    return connection.execute(update(table).where(*held).values(held_by=None)).rowcount == 1


def was_begun(connection: Connection, user_id: str, verb: str, since: datetime) -> bool:
    """Return whether a person has begun such a change since a moment. A mere question is done as it is stored."""
    in_steps = or_(table.c.finished_at.is_(None), table.c.held_by.is_not(None), table.c.finished_at > table.c.at)
    by_person = table.c.user_id == user_id, table.c.verb == verb
    begun = *by_person, table.c.at >= since, table.c.times.is_(None), in_steps
    return connection.execute(select(table.c.id).where(*begun).limit(1)).first() is not None


def list_unanswered(connection: Connection, after: datetime) -> list[AuditEntry]:
    """Return the acts that ended after a moment and whose person does not know their outcome yet, oldest first."""
    held = table.c.finished_at >= after, table.c.outcome.is_not(None), table.c.held_by.is_not(None)
    return [AuditEntry(**row._mapping) for row in connection.execute(select(table).where(*held).order_by(table.c.id))]


def record_question(
    connection: Connection,
    question: StoredConfirmation,
    *,
    outcome: Literal["asked", "kept"],
    channel_id: str | None,
    at: datetime,
    command: str | None = None,
) -> None:
    """Record that a question was asked, or that it was declined. Neither changes anything.

    `command`: what was typed; None for what was recorded when it was asked. A question about a list of batches is
    stored under its id, which no one typed.
    """
    if command is None:
        is_first = table.c.confirmation_id == question.id, table.c.outcome == "asked"
        command = connection.execute(select(table.c.command).where(*is_first).limit(1)).scalar() or question.command
    intent = Intent(
        at=at,
        user_id=question.user_id,
        team_id=question.team_id,
        channel_id=channel_id,
        verb=question.command.partition(" ")[0],
        command=command,
        subject=question.subject,
        confirmation_id=question.id,
    )
    record_act(connection, intent, outcome, at)


def list_entries(
    connection: Connection, *, subject: str | None = None, before_id: int | None = None, limit: int = 20
) -> list[AuditEntry]:
    """Return entries, newest first: older than `before_id`, and of batches whose id begins with `subject`."""
    wanted = select(table).order_by(table.c.id.desc()).limit(limit)
    if subject is not None:
        wanted = wanted.where(_about(subject))
    if before_id is not None:
        wanted = wanted.where(table.c.id < before_id)
    return [AuditEntry(**row._mapping) for row in connection.execute(wanted)]


def list_acts(
    connection: Connection, wanted: AuditFilter = NO_FILTER, *, before_id: int | None = None, limit: int = 20
) -> list[RecordedAct]:
    """Return acts, newest first: older than the one that ends with `before_id`.

    A question that was answered, and a request that was approved, declined or discarded, is part of that act.
    """
    chosen = select(table).where(not_(_is_answered()), not_(_is_decided()), *_conditions(wanted))
    if before_id is not None:
        chosen = chosen.where(table.c.id < before_id)
    rows = connection.execute(chosen.order_by(table.c.id.desc()).limit(limit))
    last = [AuditEntry(**row._mapping) for row in rows]
    earlier = _find_earlier(connection, last)
    return [RecordedAct(entry, tuple(each for each in earlier if _led_to(each, entry))) for entry in last]


def find_verbs(connection: Connection) -> list[str]:
    """Return the verbs on record, in alphabetical order."""
    return sorted(connection.execute(select(table.c.verb).distinct()).scalars())


def find_subjects(connection: Connection, start: str) -> frozenset[str]:
    """Return the recorded batch ids that begin with `start`."""
    return frozenset(connection.execute(select(table.c.subject).where(_about(start)).distinct()).scalars())


def get(connection: Connection, entry_id: int) -> AuditEntry | None:
    """Return one entry, or None."""
    row = connection.execute(select(table).where(table.c.id == entry_id)).one_or_none()
    return AuditEntry(**row._mapping) if row else None


def get_for_confirmation(connection: Connection, confirmation_id: str) -> AuditEntry | None:
    """Return the entry of the act, or of the decline, that used a confirmation; None while it is open."""
    used = or_(table.c.outcome.is_(None), table.c.outcome != "asked")
    wanted = select(table).where(table.c.confirmation_id == confirmation_id, used).order_by(table.c.id).limit(1)
    row = connection.execute(wanted).one_or_none()
    return AuditEntry(**row._mapping) if row else None


def list_unfinished(connection: Connection, after: datetime) -> list[AuditEntry]:
    """Return the acts that began after a moment and have no outcome, oldest first."""
    wanted = select(table).where(table.c.at >= after, table.c.outcome.is_(None)).order_by(table.c.id)
    return [AuditEntry(**row._mapping) for row in connection.execute(wanted)]


def find_last_actor(connection: Connection, verb: str, subject: str, *, include_uncertain: bool = False) -> str | None:
    """Return the user who last did this to a batch through the bot, or None.

    `include_uncertain`: count acts that are under way or have an unknown outcome, because their effect was seen.
    """
    done = table.c.outcome == "done"
    done = or_(done, table.c.outcome.is_(None), table.c.outcome == "unknown") if include_uncertain else done
    acts = select(table.c.user_id).where(table.c.verb == verb, table.c.subject == subject, done)
    wanted = acts.order_by(table.c.id.desc()).limit(1)
    return connection.execute(wanted).scalar_one_or_none()


def find_deletions(connection: Connection, start: str) -> list[AuditEntry]:
    """Return the last deletion through the bot of each batch whose id begins with `start`."""
    is_batch = not_(table.c.subject.startswith(BULK_PREFIX, autoescape=True))
    done = table.c.verb == "delete", table.c.outcome == "done", _about(start), is_batch
    rows = connection.execute(select(table).where(*done).order_by(table.c.id))
    by_subject = {row.subject: AuditEntry(**row._mapping) for row in rows}
    return list(by_subject.values())


def export(connection: Connection, wanted: AuditFilter = NO_FILTER) -> Iterator[AuditEntry]:
    """Yield every entry that passes the filter, oldest first, nothing folded together.

    They are read in chunks: consume them inside the transaction.
    """
    chosen = select(table).where(*_conditions(wanted)).order_by(table.c.id).execution_options(yield_per=500)
    return (AuditEntry(**row._mapping) for row in connection.execute(chosen))


def list_uncopied(connection: Connection, *, now: datetime, limit: int) -> list[AuditEntry]:
    """Return the entries that are not in the audit log yet and will not change any more, oldest first.

    A refusal is final once no further one is counted in it. What has no outcome, or an unknown one, is final after a
    day.
    """
    has_outcome = table.c.outcome.is_not(None), table.c.outcome.not_in(_NOT_FINAL)
    is_whole = or_(table.c.times.is_(None), table.c.at <= now - FOLDED_WITHIN)
    is_final = or_(and_(*has_outcome, is_whole), table.c.at <= now - _SETTLED_WITHIN)
    wanted = select(table).where(table.c.copied_at.is_(None), is_final).order_by(table.c.id).limit(limit)
    return [AuditEntry(**row._mapping) for row in connection.execute(wanted)]


def mark_copied(connection: Connection, *, ids: Sequence[int], now: datetime) -> None:
    """Record that these entries, some hundred at most, are in the audit log."""
    connection.execute(update(table).where(table.c.id.in_(ids)).values(copied_at=now))


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.subject is not None:
        conditions.append(_about(wanted.subject))
    if wanted.since is not None:
        conditions.append(table.c.at >= wanted.since)
    if (by := wanted.by) is not None:
        conditions.append(or_(table.c.user_id == by, *_folded_with(lambda entry: entry.c.user_id == by)))
    if wanted.verb is not None:
        verbs = next((names for names in _VERB_NAMES if wanted.verb in names), frozenset({wanted.verb}))
        conditions.append(or_(table.c.verb.in_(verbs), *_folded_with(lambda entry: entry.c.verb.in_(verbs))))
    return conditions


def _folded_with(condition: Callable[[FromClause], ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Return the conditions that a question or a request which led to the entry meets a condition."""
    earlier = table.alias("earlier")
    question = exists().where(
        earlier.c.workspace_id == table.c.workspace_id,
        earlier.c.confirmation_id == table.c.confirmation_id,
        earlier.c.id < table.c.id,
        condition(earlier),
    )
    request = exists().where(
        earlier.c.workspace_id == table.c.workspace_id,
        _is_request(earlier),
        _draft_id(earlier) == _draft_id(table),
        earlier.c.id < table.c.id,
        condition(earlier),
    )
    return [question, and_(table.c.verb.in_(_DECIDING_VERBS), request)]


def _is_answered() -> ColumnElement[bool]:
    later = table.alias("later")
    answer = exists().where(
        later.c.workspace_id == table.c.workspace_id,
        later.c.confirmation_id == table.c.confirmation_id,
        later.c.id > table.c.id,
    )
    return and_(table.c.outcome.is_not_distinct_from("asked"), answer)


def _is_decided() -> ColumnElement[bool]:
    later = table.alias("later")
    is_act = and_(or_(later.c.outcome.is_(None), later.c.outcome.not_in(("asked", "kept"))), later.c.times.is_(None))
    decision = exists().where(
        later.c.workspace_id == table.c.workspace_id,
        later.c.verb.in_(_DECIDING_VERBS),
        is_act,
        _draft_id(later) == _draft_id(table),
        later.c.id > table.c.id,
    )
    return and_(_is_request(table), decision)


def _is_request(entry: FromClause) -> ColumnElement[bool]:
    """Return what `AuditEntry.is_request` returns."""
    is_waiting = entry.c.outcome.is_not_distinct_from("waiting")
    is_done = entry.c.outcome.is_not_distinct_from("done")
    is_about_the_draft = entry.c.subject.is_not_distinct_from(_draft_id(entry))
    return and_(entry.c.verb == "send", or_(is_waiting, and_(is_done, is_about_the_draft)))


def _draft_id(entry: FromClause) -> ColumnElement[Any]:
    """Return what `AuditEntry.draft_id` returns."""
    return func.substr(entry.c.command, func.length(entry.c.verb) + 2, _DRAFT_ID_LENGTH)


def _find_earlier(connection: Connection, last: Sequence[AuditEntry]) -> list[AuditEntry]:
    questions = {entry.confirmation_id for entry in last if entry.confirmation_id is not None}
    drafts = {entry.draft_id for entry in last if entry.verb in _DECIDING_VERBS}
    led = or_(table.c.confirmation_id.in_(questions), and_(_is_request(table), _draft_id(table).in_(drafts)))
    rows = connection.execute(select(table).where(led).order_by(table.c.id))
    return [AuditEntry(**row._mapping) for row in rows]


def _led_to(earlier: AuditEntry, last: AuditEntry) -> bool:
    if earlier.id >= last.id or last.times is not None:
        return False
    is_question = earlier.confirmation_id is not None and earlier.confirmation_id == last.confirmation_id
    return is_question or (last.verb in _DECIDING_VERBS and earlier.is_request and earlier.draft_id == last.draft_id)


def _about(subject: str) -> ColumnElement[bool]:
    return or_(*(table.c.subject.startswith(start, autoescape=True) for start in (subject, f"msgbatch_{subject}")))
