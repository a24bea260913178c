"""No sequence of files, samples, people and processes sends more than a limit allows without a second yes.

The model knows only what the API made and what it may have cost, and never asks the code under test for a sum.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace
from sqlalchemy import Connection

from bot.caller import Caller
from bot.commands.approve import ApproveChange
from bot.commands.draft_change import SendChange
from bot.operations.approval import ApprovalLimit, LimitReached, SpendRules
from bot.operations.drafts import on_behalf_of
from bot.operations.send_draft import SendAttempt
from bot.operations.spending import check_limits, make_send, reserve_sample
from bot.operations.split_sample import DraftParts
from bot.requests.estimate import Estimate, EstimateBasis, ModelEstimate, UnboundedPart, dump_estimate
from bot.store.db.database import Database
from bot.store.db.tables import metadata
from bot.store.records import drafts, sends
from bot.store.records.drafts import Draft, DraftChanges, DraftState
from bot.store.transactions import abandoned_drafts, split_draft
from tests.builders import ADA, BEN, NOW

LIMIT = ApprovalLimit(Decimal(50), 50, Decimal(120))
RULES = SpendRules(LIMIT)
PEOPLE = (ADA, BEN)
SEARCH = timedelta(minutes=10)
SAMPLE = 10
OUTCOMES = ("made", "made", "made", "refused", "lost", "lost but made", "died", "not sent")


def priced(usd: Decimal | None) -> str:
    model = ModelEstimate("m", 1, 1, 1, Decimal(0), usd or Decimal(1), EstimateBasis.COUNTED)
    return dump_estimate(Estimate((model,), unbounded=() if usd is not None else (UnboundedPart("web_search", 1),)))


@dataclass
class Made:
    """A batch that exists: who sent it when, what it costs in truth, and who approved it."""

    user: str
    at: datetime
    requests: int
    usd: Decimal
    approved: bool


@dataclass
class Attempt:
    """A POST whose outcome is open, and what its batch costs if it is made."""

    sending: SendAttempt
    at: datetime
    usd: Decimal
    is_lost: bool = False


@dataclass
class Model:
    """The world besides the bot."""

    now: datetime = NOW
    true_cost: dict[str, Decimal] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)
    open: list[Attempt] = field(default_factory=list)


class Sending(RuleBasedStateMachine):
    """People make, send, sample and approve files; the API makes batches, refuses, or does not answer."""

    def __init__(self) -> None:
        super().__init__()
        self.database = Database("sqlite://")
        metadata.create_all(self.database.engine)
        self.ids = count()
        self.model = Model()

    def teardown(self) -> None:
        """Close the store."""
        self.database.engine.dispose()

    def list_drafts(self, *states: DraftState) -> list[Draft]:
        """Return the drafts in these states."""
        return self.database.transact(lambda c: [d for s in states for d in drafts.list_in_states(c, s)])

    @rule(
        person=st.sampled_from(PEOPLE),
        usd=st.sampled_from((*map(Decimal, (0, 5, 20, 30, 45, 60)), None)),
        requests=st.sampled_from((1, 20, 30, 45, 60)),
        share=st.sampled_from((100, 50, 0)),
        first=st.booleans(),
        outcome=st.sampled_from(OUTCOMES),
    )
    def make_and_send(
        self,
        person: Caller,
        usd: Decimal | None,
        requests: int,
        share: int,
        first: bool,
        outcome: str,
    ) -> None:
        """Make a file that costs in truth up to its bound; without one, whatever it likes. Send it, as a rule."""
        id = f"d{next(self.ids)}"
        draft = Draft(id, person.user, person.team, person.channel, "ready", id, requests, 1, priced(usd), None, None,
                      None, None, None, None, self.model.now, self.model.now)  # fmt: skip
        self.model.true_cost[id] = Decimal(1_000) if usd is None else usd * share / 100
        self.database.transact(lambda c: drafts.add(c, draft))
        if outcome == "not sent":
            return
        self.send(person, len(self.list_drafts("ready")) - 1, first, stale=True)
        if self.model.open:
            self.answer(len(self.model.open) - 1, outcome)

    @rule(person=st.sampled_from(PEOPLE), pick=st.integers(0, 20), first=st.booleans(), stale=st.booleans())
    def send(self, person: Caller, pick: int, first: bool, stale: bool) -> None:
        """Send a file; `stale`: by a question that was asked before the limit was reached."""
        ready = self.list_drafts("ready")
        if not ready:
            return
        draft = ready[pick % len(ready)]
        draft = replace(draft, sample=SAMPLE if first and draft.whole_id is None and draft.requests >= 20 else None)
        own = on_behalf_of(draft, person)
        check = self.database.transact(lambda c: check_limits(c, RULES, own, self.model.now))
        change = SendChange(draft, exceeded=None if stale else check.exceeded, rules=RULES)
        try:
            self.database.transact(lambda c: change.claim(c, person, self.model.now, "p"))
        except LimitReached:
            return
        if change.after == "sending":
            self.begin(replace(own, state="sending", changed_at=self.model.now))

    @rule(person=st.sampled_from(PEOPLE), pick=st.integers(0, 20))
    def approve(self, person: Caller, pick: int) -> None:
        """Approve what another person asked for."""
        waiting = [draft for draft in self.list_drafts("waiting") if draft.user_id != person.user]
        if not waiting:
            return
        draft = waiting[pick % len(waiting)]
        change = ApproveChange(draft, rules=RULES)
        self.database.transact(lambda c: change.claim(c, person, self.model.now, "p"))
        self.begin(replace(draft, state="sending", approved_by=person.user, changed_at=self.model.now))

    def begin(self, draft: Draft) -> None:
        """Begin the POST of a claimed draft, or of a sample of it."""
        whole = self.model.true_cost[draft.id]
        if draft.sample is None:
            self.model.open.append(Attempt(SendAttempt(draft, None), self.model.now, whole))
            return
        sample_id, rest_id = f"d{next(self.ids)}", f"d{next(self.ids)}"
        part = replace(draft, whole_id=draft.id, sample=None)
        sample = replace(part, id=sample_id, rest_id=rest_id, requests=SAMPLE)
        rest = replace(part, id=rest_id, state="held", requests=draft.requests - SAMPLE)
        cost = whole * (int(rest_id[1:]) % 3) / 2
        self.model.true_cost |= {sample_id: cost, rest_id: whole - cost}

        def store(connection: Connection) -> None:
            assert split_draft.split(connection, draft, sample, rest, self.model.now)
            reserve_sample(connection, draft, sample)

        self.database.transact(store)
        self.model.open.append(
            Attempt(SendAttempt(sample, None, DraftParts(draft, sample, rest)), self.model.now, cost)
        )

    @precondition(lambda self: self.model.open)
    @rule(pick=st.integers(0, 20), outcome=st.sampled_from(OUTCOMES))
    def answer(self, pick: int, outcome: str) -> None:
        """Let the API answer, or not; a worker looks for what was lost and finds it or gives up."""
        if outcome == "not sent":
            return
        attempt = self.model.open[pick % len(self.model.open)]
        sending, draft = attempt.sending, attempt.sending.draft
        at = self.model.now

        def record_made(connection: Connection) -> None:
            batch_id = f"msgbatch_{draft.id}"
            states = (*drafts.POSSIBLY_SENT, "ready")
            drafts.change_state(connection, draft.id, states, "sent", at=at, changes=DraftChanges(batch_id=batch_id))
            sends.set_batch(connection, make_send(connection, RULES, draft, at), batch_id)
            split_draft.release_rest(connection, draft, at)

        def give_up(connection: Connection) -> None:
            stored = drafts.get(connection, draft.id)
            assert stored is not None
            assert abandoned_drafts.give_up_search(connection, stored, at, exists=False)

        if outcome in ("made", "lost but made"):
            self.model.made.append(
                Made(draft.user_id, attempt.at, draft.requests, attempt.usd, draft.approved_by is not None)
            )
            self.database.transact(record_made)
        elif outcome == "refused" and not attempt.is_lost:
            self.database.transact(lambda c: sending.record_state(c, "ready", at))
        elif attempt.is_lost:
            self.database.transact(give_up)
        elif outcome == "died":
            self.database.transact(lambda c: abandoned_drafts.settle_draft(c, draft, at, SEARCH))
            attempt.is_lost = True
            return
        else:
            self.database.transact(lambda c: sending.record_uncertain(c, at, SEARCH))
            attempt.is_lost = True
            return
        self.model.open.remove(attempt)

    @rule(hours=st.sampled_from((0, 1, 12, 23, 25)))
    def wait(self, hours: int) -> None:
        """Let time pass."""
        self.model.now += timedelta(hours=hours)

    @invariant()
    def no_one_has_sent_more_than_a_limit_without_a_second_yes(self) -> None:
        """Check each batch that was sent alone, with what its person had sent in the 24 hours before."""
        for one in self.model.made:
            if one.approved:
                continue
            before = [
                each
                for each in self.model.made
                if each.user == one.user and one.at - timedelta(hours=24) <= each.at <= one.at
            ]
            alone = [each for each in before if not each.approved]
            assert sum(each.requests for each in alone) <= 50
            assert sum(each.usd for each in alone) <= 50
        month = [each for each in self.model.made if not each.approved and each.at.month == NOW.month]
        assert sum(each.usd for each in month) < 120


TestSending = Sending.TestCase
TestSending.settings = settings(max_examples=30, stateful_step_count=25, deadline=None, phases=[Phase.generate])
