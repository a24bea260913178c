"""What the tests of samples share: sending ten requests first, asking about the rest, and what the API has of both."""

from bot.playground.api_simulator.batch import Batch
from bot.playground.slack_simulator.records import SlackMessage
from tests.desk import Desk
from tests.journeys.creating import ask_about_file, sound_file

FIRST = "Send 10 first"


def sent_ids(desk: Desk) -> list[list[str]]:
    """Return the custom_ids of each batch at the API, the oldest batch first."""
    return [[request.custom_id for request in batch.requests] for batch in oldest_first(desk)]


def oldest_first(desk: Desk) -> list[Batch]:
    return list(reversed(desk.api.workspace.batches))


def all_ids(count: int) -> list[str]:
    return sorted(f"r-{number}" for number in range(count))


async def send_sample(desk: Desk, count: int = 40) -> SlackMessage:
    """Send the first ten requests of a file; return the answer."""
    [answer] = await desk.press(await ask_about_file(desk, sound_file(count)), FIRST)
    return answer


async def ask_about_rest(desk: Desk, place: SlackMessage) -> SlackMessage:
    [question] = await desk.press(place, next(text for text in place.buttons if text.startswith("Send the other")))
    return question


async def sample_card(desk: Desk) -> SlackMessage:
    """Return the card of the sample's batch, which offers the rest."""
    [status] = await desk.type(f"/batch status {oldest_first(desk)[0].id}")
    return status
