"""The words for the state of a store that does not work."""

from bot.store.db.database import StoreFault

STORE_STATES: dict[StoreFault, str] = {
    "locked": "busy",
    "full": "full",
    "read-only": "read-only",
    "unreachable": "unreachable",
    "failed": "not working",
}
