"""SIGTERM while a worker sweeps: it exits with 0, and the log has no error and no traceback."""

import re
import signal

import pytest

from bot.playground.api_simulator.faults import ApiFault
from tests.desk import BATCHES
from tests.simulators import Simulators


async def stop_while_sweeping(simulators: Simulators, number: int, delay: float) -> list[str]:
    """Stop a worker while the API takes so long to answer its sweep, and return the lines of its log."""
    simulators.api.workspace.add(succeeded=3)
    simulators.api.add_fault(ApiFault(method="GET", delay=delay))
    process = await simulators.start(
        "worker",
        PORT="0",
        BATCHDESK_FEED_CHANNEL=BATCHES,
        BATCHDESK_STOP_SECONDS="2",
        DATABASE_URL=f"sqlite:///{number}.sqlite3",
    )
    await simulators.api.wait_for(lambda: simulators.api.delayed, timeout=60)
    process.send_signal(signal.SIGTERM)
    _, log = await process.communicate()
    simulators.api.answer_delayed()
    assert process.returncode == 0, log.decode()
    return log.decode().splitlines()


@pytest.mark.worker
async def test_a_worker_that_is_stopped_while_it_sweeps_logs_no_error(simulators: Simulators) -> None:
    delays = [0.05, 0.5, 600]
    logs = [await stop_while_sweeping(simulators, number, delay) for number, delay in enumerate(delays)]

    assert [line for log in logs for line in log if re.search("ERROR|Traceback", line)] == []
