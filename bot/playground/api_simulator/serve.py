"""Run the simulated API as a program of its own."""

import asyncio
import signal
import sys

from bot.playground.api_simulator.server import ApiSimulator


async def serve_api(port: int, key: str | None, speed: float) -> None:
    """Run a seeded simulated API on loopback until SIGINT or SIGTERM; prints its address when it is ready.

    Args:
        port: where to listen; 0 selects a free port.
        key: the only valid key; None accepts any non-empty one.
        speed: simulated seconds per real second.

    Raises:
        OSError: the port cannot be listened on.
        ValueError: the speed is negative.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    simulator = ApiSimulator(key=key, speed=speed, seeded=True)
    try:
        await simulator.start(port=port)
        sys.stdout.write(f"Simulated Message Batches API: {simulator.base_url}\n")
        sys.stdout.flush()
        await stopped.wait()
    finally:
        await simulator.stop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
