"""Batches, places and a stored question that many messages are drawn from."""

from datetime import timedelta

from bot.caller import ChannelId
from bot.operations.find_batch import Reference
from bot.operations.follow import CardPlace
from bot.store.records.confirmations import StoredConfirmation
from bot.store.records.labels import BatchNames
from tests.builders import ADA, BATCHES, BEN, ID, NOW, another_id, running

ENDED = BATCHES["ended_some_succeeded"]
EXPIRING = ENDED.model_copy(
    update={
        "created_at": ENDED.created_at - timedelta(days=25),
        "expires_at": ENDED.expires_at - timedelta(days=25),
        "ended_at": NOW - timedelta(days=25),
    }
)
"""It ended 25 days ago, so its results expire within a week."""

EVERY_STATE = tuple(
    batch.model_copy(update={"id": another_id(number)}) for number, batch in enumerate(BATCHES.values())
)

PARTS_ENDED = tuple(
    BATCHES[name].model_copy(update={"id": another_id(number)})
    for number, name in enumerate(("ended_some_succeeded", "ended_all_succeeded"))
)
PARTS_RUNNING = tuple(
    running(count).model_copy(update={"id": another_id(place)}) for place, count in enumerate((9, 9, 2))
)

REFERENCE = Reference(ID)

DELETE_QUESTION = StoredConfirmation(
    id="the-confirmation-id",
    user_id=ADA.user,
    team_id=ADA.team,
    command=f"delete {ID}",
    subject=ID,
    state="ended 0/1161/31/3/5",
    asked_at=NOW,
    expires_at=NOW + timedelta(minutes=5),
)

WATCHERS = (ADA.user, BEN.user)

NAMES = BatchNames("Nightly eval", ADA.user, "after the *prompt* fix")

CHANNEL = CardPlace("C0BATCHES")

DIRECT = CardPlace(ADA.user)

CLOSED = CardPlace(ADA.user, ChannelId("C0GENERAL"))
