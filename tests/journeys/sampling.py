"""What tests of samples share: ten of a file sent first, the rest asked about, and what the API has of both."""

from bot.playground.api_simulator.batch import Batch
from bot.playground.slack_simulator.records import SlackMessage
from tests.desk import Desk
from tests.journeys.creating import asked_about, sound

FIRST = "Send 10 first"


def sent(desk: Desk) -> list[list[str]]:
    """Return what the API has, batch by batch, oldest first."""
    return [[request.custom_id for request in batch.requests] for batch in batches(desk)]


def batches(desk: Desk) -> list[Batch]:
    return list(reversed(desk.api.workspace.batches))


def everything(count: int) -> list[str]:
    return sorted(f"r-{number}" for number in range(count))


async def sampled(desk: Desk, count: int = 40) -> SlackMessage:
    """Send ten of a file first, and return the answer."""
    [answer] = await desk.press(await asked_about(desk, sound(count)), FIRST)
    return answer


async def asked_about_the_rest(desk: Desk, place: SlackMessage) -> SlackMessage:
    [question] = await desk.press(place, next(text for text in place.buttons if text.startswith("Send the other")))
    return question


async def of_the_sample(desk: Desk) -> SlackMessage:
    """Return the card of the batch that was sent first, with what waits behind it."""
    [status] = await desk.type(f"/batch status {batches(desk)[0].id}")
    return status
