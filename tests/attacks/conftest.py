"""The number of attempts of an attack, which docs/security.md adds up."""

import pytest


@pytest.fixture
def least_attempts(request: pytest.FixtureRequest) -> int:
    """Provide the number of attempts that the mark of the test promises."""
    mark = request.node.get_closest_marker("attempts")
    assert mark is not None
    return int(mark.args[0])
