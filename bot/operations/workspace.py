"""One workspace of the Message Batches API."""

from msgspec import Struct

from bot.api.client import BatchesClient
from bot.api.models_client import CachedCatalog
from bot.operations.listing_memory import ListingMemory
from bot.requests.estimate import TokenCounter


class Workspace(Struct, frozen=True):
    """A workspace, as one API key reaches it, and what this process has learned about it.

    A second workspace is a second value.
    """

    batches: BatchesClient
    models: CachedCatalog
    counter: TokenCounter
    listing: ListingMemory
    id: str = ""
    """The id from the settings; empty if they name none."""
