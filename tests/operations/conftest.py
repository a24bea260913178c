"""Operations are tried as commands are: a real client of the simulated API, a real store."""

from tests.commands.conftest import api, clock, place, services

__all__ = ["api", "clock", "place", "services"]
