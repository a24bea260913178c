"""The tables; their steps are in bot/store/migrations."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table

from bot.store.db.columns import Moment, Words

metadata = MetaData()

confirmations = Table(
    "bd_confirmations",
    metadata,
    Column("id", Words, primary_key=True),
    Column("user_id", Words, nullable=False),
    Column("team_id", Words, nullable=False),
    Column("command", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("used_at", Moment),
)

audit = Table(
    "bd_audit",
    metadata,
    # SQLite numbers rows by itself only for exactly INTEGER; autoincrement there means that no number returns.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("user_id", Words, nullable=False),
    Column("team_id", Words, nullable=False),
    Column("channel_id", Words),
    Column("verb", Words, nullable=False),
    Column("command", Words, nullable=False),
    Column("subject", Words, index=True),
    Column("confirmation_id", Words, index=True),
    Column("outcome", Words),
    Column("detail", Words),
    Column("finished_at", Moment),
    sqlite_autoincrement=True,
)

summaries = Table(
    "bd_summaries",
    metadata,
    Column("batch_id", Words, primary_key=True),
    Column("summary", Words, nullable=False),
    Column("priced_on", Words),
    Column("fetched_by", Words, nullable=False),
    Column("fetched_at", Moment, nullable=False, index=True),
    Column("taken", Words),
    Column("taken_by", Words),
    Column("taken_at", Moment),
)

readings = Table(
    "bd_readings",
    metadata,
    Column("id", Words, primary_key=True),
    Column("user_id", Words, nullable=False),
    Column("team_id", Words, nullable=False),
    Column("started_at", Moment, nullable=False, index=True),
    Column("stopped_at", Moment),
    Column("held_by", Words),
    Column("channel_id", Words),
    Column("ts", Words),
    Column("again", Words),
)

labels = Table(
    "bd_labels",
    metadata,
    Column("batch_id", Words, primary_key=True),
    Column("label", Words),
    Column("label_key", Words, index=True),
    Column("owner", Words, index=True),
    Column("note", Words),
    Column("changed_by", Words, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

families = Table(
    "bd_families",
    metadata,
    Column("child_id", Words, primary_key=True),
    Column("parent_id", Words, nullable=False, index=True),
    Column("kind", Words, nullable=False),
)

drafts = Table(
    "bd_drafts",
    metadata,
    Column("id", Words, primary_key=True),
    Column("user_id", Words, nullable=False),
    Column("team_id", Words, nullable=False),
    Column("channel_id", Words),
    Column("state", Words, nullable=False, index=True),
    Column("name", Words, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("estimate", Words, nullable=False),
    Column("label", Words),
    Column("owner", Words),
    Column("parent_id", Words),
    Column("kind", Words),
    Column("batch_id", Words),
    Column("approved_by", Words),
    Column("created_at", Moment, nullable=False, index=True),
    Column("changed_at", Moment, nullable=False),
    Column("held_by", Words),
    Column("watch", Words),
    Column("whole_id", Words),
    Column("rest_id", Words),
    Column("sample", Integer),
)

watches = Table(
    "bd_watches",
    metadata,
    Column("batch_id", Words, primary_key=True),
    Column("user_id", Words, primary_key=True),  # empty for the feed, which is nobody's
    Column("channel_id", Words, primary_key=True),
    Column("reason", Words, primary_key=True),
    Column("created_at", Moment, nullable=False),
    Index("ix_bd_watches_user_id", "user_id"),
)

batches = Table(
    "bd_batches",
    metadata,
    Column("id", Words, primary_key=True),
    Column("status", Words, nullable=False),
    Column("shape", Words, nullable=False),
    Column("body", Words, nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
    Column("expires_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("missing_since", Moment),
    Column("results_ready", Boolean, nullable=False),
    Column("fetched_at", Moment),
    Column("over_at", Moment, index=True),
)

cards = Table(
    "bd_cards",
    metadata,
    Column("batch_id", Words, primary_key=True),
    Column("channel_id", Words, primary_key=True),
    Column("posted_in", Words),
    Column("ts", Words),
    Column("shown", Words),
    Column("version", Integer, nullable=False),
    Column("shown_version", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("replaced", Boolean, nullable=False),
    Column("given_up", Words),
    Column("due_at", Moment, nullable=False, index=True),
    Column("claimed_by", Words),
    Column("claimed_until", Moment),
)

notices = Table(
    "bd_notices",
    metadata,
    Column("key", Words, primary_key=True),
    Column("batch_id", Words, index=True),
    Column("event", Words, nullable=False),
    Column("channel_id", Words, nullable=False),
    Column("mentions", Words, nullable=False),
    Column("payload", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("thread_ts", Words),
    Column("sent_at", Moment),
    Column("ts", Words),
    Column("given_up", Words),
    Column("due_at", Moment, nullable=False),
    Column("claimed_by", Words),
    Column("claimed_until", Moment),
    Index("ix_bd_notices_open", "sent_at", "due_at"),
)

mutes = Table(
    "bd_mutes",
    metadata,
    Column("subject", Words, primary_key=True),
    Column("until", Moment),
)

quiet_levels = Table(
    "bd_quiet_levels",
    metadata,
    Column("channel_id", Words, primary_key=True),
    Column("level", Words, nullable=False),
)

workers = Table(
    "bd_workers",
    metadata,
    Column("id", Words, primary_key=True),
    Column("host", Words, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

duties = Table(
    "bd_duties",
    metadata,
    Column("name", Words, primary_key=True),
    Column("due_at", Moment, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("done_at", Moment),
    Column("failing_since", Moment),
)

paces = Table(
    "bd_paces",
    metadata,
    Column("place", Words, primary_key=True),
    Column("free_at", Moment, nullable=False),
)
