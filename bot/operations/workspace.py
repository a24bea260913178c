"""One workspace of the Message Batches API: what reaches it, and what this process remembers of it."""

from msgspec import Struct

from bot.api.client import BatchesClient
from bot.api.model_catalog import CachedCatalog
from bot.operations.listing_memory import ListingMemory
from bot.requests.estimate import TokenCounter


class Workspace(Struct, frozen=True):
    """A workspace as one API key sees it. Another workspace is another value."""

    batches: BatchesClient
    models: CachedCatalog
    counter: TokenCounter
    listing: ListingMemory
