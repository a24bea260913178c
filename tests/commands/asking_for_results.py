"""What the tests of results share."""

from bot.commands.results import (
    Results,
    ResultsShown,
)
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.playground.api_simulator.results import make_result_lines
from bot.playground.api_simulator.server import ApiSimulator
from tests.builders import ADA, ID

RESULTS = Results(Reference(ID))


async def shown(services: Services, query: Results = RESULTS) -> ResultsShown:
    """Return the card of the results."""
    outcome = await query.run(services, ADA)
    assert isinstance(outcome, ResultsShown)
    return outcome


def readings(api: ApiSimulator) -> int:
    """Return how often results were read."""
    return sum(request.path.endswith("/results") for request in api.requests)


def whole_file(api: ApiSimulator) -> bytes:
    """Return the results file of the API."""
    return b"".join(make_result_lines(api.workspace.get(ID)))
