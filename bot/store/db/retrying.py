"""Work that is tried again after a pause, because what it needs is locked or away for a while."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


async def retry(
    work: Callable[[], Awaitable[T]],
    pauses: Iterable[float],
    *,
    errors: type[Exception] | tuple[type[Exception], ...],
    report: Callable[[Exception, float], None] | None = None,
) -> T:
    """Try until it succeeds, with a pause of so many seconds after each try that fails with one of `errors`.

    `report` is called before each pause. The error of the try after the last pause passes through, as all others do.
    """
    for pause in pauses:
        try:
            return await work()
        except errors as error:
            if report is not None:
                report(error, pause)
        await asyncio.sleep(pause)
    return await work()
