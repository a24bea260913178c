"""The tables. Their migrations are in bot/store/migrations."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table

from bot.store.db.columns import Moment, SafeText

metadata = MetaData()


def _belongs_to() -> "Column[str]":
    """Return the column of the workspace that a row belongs to; "" until a start gives the row to one."""
    return Column("workspace_id", SafeText, nullable=False, server_default="")


confirmations = Table(
    "bd_confirmations",
    metadata,
    Column("id", SafeText, primary_key=True),
    Column("user_id", SafeText, nullable=False),
    Column("team_id", SafeText, nullable=False),
    Column("command", SafeText, nullable=False),
    Column("subject", SafeText, nullable=False),
    Column("state", SafeText, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("used_at", Moment),
    _belongs_to(),
)

audit = Table(
    "bd_audit",
    metadata,
    # SQLite numbers rows only for exactly INTEGER. With autoincrement it never reuses a number.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("user_id", SafeText, nullable=False),
    Column("team_id", SafeText, nullable=False),
    Column("channel_id", SafeText),
    Column("verb", SafeText, nullable=False),
    Column("command", SafeText, nullable=False),
    Column("subject", SafeText, index=True),
    Column("confirmation_id", SafeText, index=True),
    Column("outcome", SafeText),
    Column("detail", SafeText),
    Column("finished_at", Moment),
    Column("held_by", SafeText),
    Column("times", Integer),
    Column("copied_at", Moment, index=True),
    _belongs_to(),
    sqlite_autoincrement=True,
)

summaries = Table(
    "bd_summaries",
    metadata,
    Column("batch_id", SafeText, primary_key=True),
    Column("summary", SafeText, nullable=False),
    Column("priced_on", SafeText),
    Column("fetched_by", SafeText, nullable=False),
    Column("fetched_at", Moment, nullable=False, index=True),
    Column("taken", SafeText),
    Column("taken_by", SafeText),
    Column("taken_at", Moment),
    _belongs_to(),
)

ledger = Table(
    "bd_ledger",
    metadata,
    Column("batch_id", SafeText, primary_key=True),
    Column("workspace_id", SafeText, nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
    Column("ended_at", Moment),
    Column("succeeded", BigInteger),
    Column("spent", SafeText),
    Column("usd", SafeText),
    Column("priced_on", SafeText),
    Column("label", SafeText),
    Column("owner", SafeText),
    Column("read_at", Moment),
    Column("deleted_at", Moment),
)

sends = Table(
    "bd_sends",
    metadata,
    Column("draft_id", SafeText, primary_key=True),
    Column("workspace_id", SafeText, nullable=False),
    Column("user_id", SafeText, nullable=False),
    Column("sent_at", Moment, nullable=False, index=True),
    Column("requests", BigInteger, nullable=False),
    Column("usd", SafeText),
    Column("whole_id", SafeText, nullable=False),
    Column("whole_usd", SafeText),
    Column("batch_id", SafeText),
    Column("approved_by", SafeText),
)

events = Table(
    "bd_events",
    metadata,
    Column("workspace_id", SafeText, primary_key=True),
    Column("event_id", SafeText, primary_key=True),
    Column("user_id", SafeText, nullable=False),
    Column("again", SafeText, nullable=False),
    Column("seen_at", Moment, nullable=False, index=True),
    Column("held_by", SafeText),
)

homes = Table(
    "bd_homes",
    metadata,
    Column("workspace_id", SafeText, primary_key=True),
    Column("user_id", SafeText, primary_key=True),
    Column("team_id", SafeText, nullable=False),
    Column("opened_at", Moment, nullable=False, index=True),
    Column("shown", SafeText, nullable=False),
)

choices = Table(
    "bd_choices",
    metadata,
    Column("user_id", SafeText, primary_key=True),
    Column("workspace_id", SafeText, nullable=False),
    Column("chosen_at", Moment, nullable=False),
)

readings = Table(
    "bd_readings",
    metadata,
    Column("id", SafeText, primary_key=True),
    Column("user_id", SafeText, nullable=False),
    Column("team_id", SafeText, nullable=False),
    Column("started_at", Moment, nullable=False, index=True),
    Column("stopped_at", Moment),
    Column("held_by", SafeText),
    Column("channel_id", SafeText),
    Column("ts", SafeText),
    Column("again", SafeText),
    _belongs_to(),
)

labels = Table(
    "bd_labels",
    metadata,
    Column("batch_id", SafeText, primary_key=True),
    Column("label", SafeText),
    Column("label_key", SafeText, index=True),
    Column("owner", SafeText, index=True),
    Column("note", SafeText),
    Column("changed_by", SafeText, nullable=False),
    Column("changed_at", Moment, nullable=False),
    _belongs_to(),
)

families = Table(
    "bd_families",
    metadata,
    Column("child_id", SafeText, primary_key=True),
    Column("parent_id", SafeText, nullable=False, index=True),
    Column("kind", SafeText, nullable=False),
    _belongs_to(),
)

drafts = Table(
    "bd_drafts",
    metadata,
    Column("id", SafeText, primary_key=True),
    Column("user_id", SafeText, nullable=False),
    Column("team_id", SafeText, nullable=False),
    Column("channel_id", SafeText),
    Column("state", SafeText, nullable=False, index=True),
    Column("name", SafeText, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("estimate", SafeText, nullable=False),
    Column("label", SafeText),
    Column("owner", SafeText),
    Column("parent_id", SafeText),
    Column("kind", SafeText),
    Column("batch_id", SafeText, index=True),
    Column("approved_by", SafeText),
    Column("created_at", Moment, nullable=False, index=True),
    Column("changed_at", Moment, nullable=False),
    Column("held_by", SafeText),
    Column("watch", SafeText),
    Column("whole_id", SafeText, index=True),
    Column("rest_id", SafeText),
    Column("sample", Integer),
    Column("permalink", SafeText),
    Column("question_channel", SafeText),
    Column("question_ts", SafeText),
    Column("settles_at", Moment),
    Column("digest", SafeText),
    Column("part", BigInteger),
    Column("parts", BigInteger),
    Column("start", BigInteger),
    Column("length", BigInteger),
    _belongs_to(),
)

watches = Table(
    "bd_watches",
    metadata,
    Column("batch_id", SafeText, primary_key=True),
    Column("user_id", SafeText, primary_key=True),  # empty for the feed, which belongs to no one
    Column("channel_id", SafeText, primary_key=True),
    Column("reason", SafeText, primary_key=True),
    Column("created_at", Moment, nullable=False),
    _belongs_to(),
    Index("ix_bd_watches_user_id", "user_id"),
)

batches = Table(
    "bd_batches",
    metadata,
    Column("id", SafeText, primary_key=True),
    Column("status", SafeText, nullable=False),
    Column("shape", SafeText, nullable=False),
    Column("body", SafeText, nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
    Column("expires_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("missing_since", Moment),
    Column("results_ready", Boolean, nullable=False),
    Column("fetched_at", Moment),
    Column("over_at", Moment, index=True),
    _belongs_to(),
)

cards = Table(
    "bd_cards",
    metadata,
    Column("batch_id", SafeText, primary_key=True),
    Column("channel_id", SafeText, primary_key=True),
    Column("posted_in", SafeText),
    Column("ts", SafeText),
    Column("shown", SafeText),
    Column("version", Integer, nullable=False),
    Column("shown_version", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("replaced", Boolean, nullable=False),
    Column("given_up", SafeText),
    Column("due_at", Moment, nullable=False, index=True),
    Column("claimed_by", SafeText),
    Column("claimed_until", Moment),
    Column("is_uncertain", Boolean),
    _belongs_to(),
)

notices = Table(
    "bd_notices",
    metadata,
    Column("key", SafeText, primary_key=True),
    Column("batch_id", SafeText, index=True),
    Column("event", SafeText, nullable=False),
    Column("channel_id", SafeText, nullable=False),
    Column("mentions", SafeText, nullable=False),
    Column("payload", SafeText, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("thread_ts", SafeText),
    Column("sent_at", Moment),
    Column("ts", SafeText),
    Column("given_up", SafeText),
    Column("due_at", Moment, nullable=False),
    Column("claimed_by", SafeText),
    Column("claimed_until", Moment),
    Column("is_uncertain", Boolean),
    _belongs_to(),
    Index("ix_bd_notices_open", "sent_at", "due_at"),
)

mutes = Table(
    "bd_mutes",
    metadata,
    Column("subject", SafeText, primary_key=True),
    Column("until", Moment),
)

quiet_levels = Table(
    "bd_quiet_levels",
    metadata,
    Column("channel_id", SafeText, primary_key=True),
    Column("level", SafeText, nullable=False),
)

workers = Table(
    "bd_workers",
    metadata,
    Column("id", SafeText, primary_key=True),
    Column("host", SafeText, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

duties = Table(
    "bd_duties",
    metadata,
    Column("name", SafeText, primary_key=True),
    Column("due_at", Moment, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("done_at", Moment),
    Column("failing_since", Moment),
)

paces = Table(
    "bd_paces",
    metadata,
    Column("place", SafeText, primary_key=True),
    Column("free_at", Moment, nullable=False),
)

bulks = Table(
    "bd_bulks",
    metadata,
    Column("id", SafeText, primary_key=True),
    Column("workspace_id", SafeText, nullable=False),
    Column("verb", SafeText, nullable=False),
    Column("command", SafeText, nullable=False),
    Column("saves", Boolean, nullable=False),
    Column("user_id", SafeText, nullable=False),
    Column("team_id", SafeText, nullable=False),
    Column("channel_id", SafeText),
    Column("state", SafeText, nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("entry_id", BigInteger),
    Column("held_by", SafeText),
    Column("ended_at", Moment),
)

bulk_items = Table(
    "bd_bulk_items",
    metadata,
    Column("bulk_id", SafeText, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("workspace_id", SafeText, nullable=False),
    Column("batch_id", SafeText, nullable=False),
    Column("seen", SafeText, nullable=False),
    Column("requests", BigInteger, nullable=False),
    Column("name", SafeText),
    Column("label", SafeText),
    Column("owner", SafeText),
    Column("state", SafeText, nullable=False),
    Column("reason", SafeText),
    Column("detail", SafeText),
    Column("entry_id", BigInteger),
    Column("file_id", SafeText),
    Column("file_name", SafeText),
    Column("file_bytes", BigInteger),
    Column("file_lines", BigInteger),
)
