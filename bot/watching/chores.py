"""What a worker does now and then beyond its upkeep: reminders, the digest, and what was left by who died."""

from datetime import timedelta

from bot.operations.services import Services
from bot.slack.bot_messages import Posting
from bot.watching.digest import Digests, Plan
from bot.watching.drafts import Drafts
from bot.watching.readings import Readings
from bot.watching.remind import Reminders
from bot.watching.upkeep import Chore

EVERY = timedelta(minutes=5)
SOON = timedelta(seconds=15)


def chores(services: Services, posting: Posting, plan: Plan | None) -> tuple[Chore, ...]:
    """Return the chores; without a plan there is no digest."""
    hands = services.database, services.batches, services.enqueue, services.now
    digest = (Chore("digest", EVERY, Digests(*hands, plan).send_due),) if plan is not None else ()
    return (
        Chore("reminders", EVERY, Reminders(*hands).send_due),
        Chore("interrupted", SOON, Drafts(services).settle_interrupted),
        Chore("lost-readings", SOON, Readings(services, posting).tell_lost),
        *digest,
    )
