"""What /metrics shows: counts, durations and queue lengths, without ids or names of people."""

import re

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder

from bot.slack_faults import SlackFault

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_KNOWN_STATUSES = frozenset({"200", "400", "401", "403", "404", "409", "413", "429", "500", "502", "503", "504", "529"})
_WORD = re.compile(r"[a-z][a-z_]{0,60}")
_MOST_WORDS = 100
"""How many of Slack's words become statuses, because each is a time series, and a proxy may answer anything."""


class Metrics:
    """Counts and measures what the bot does. Each bot has its own `registry`, because a process may run two."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._words: set[str] = set()
        self._interactions = Histogram(
            "batchdesk_interaction_seconds",
            "Time to the answer of a command or press",
            ("verb", "origin", "outcome"),
            buckets=_SECONDS,
            registry=registry,
        )
        self._api = Histogram(
            "batchdesk_api_call_seconds",
            "Calls of the Message Batches API",
            ("method", "status"),
            buckets=_SECONDS,
            registry=registry,
        )
        self._slack = Histogram(
            "batchdesk_slack_call_seconds",
            "Calls of Slack",
            ("method", "status"),
            buckets=_SECONDS,
            registry=registry,
        )
        self._errors = Counter(
            "batchdesk_unexpected_errors", "Errors of the bot's own; the exemplar is the reference", registry=registry
        )
        self._refused = Counter(
            "batchdesk_refused_requests", "Requests that the HTTP port turned away", ("reason",), registry=registry
        )
        self._given_up = Counter(
            "batchdesk_notices_given_up",
            "Notices that will never be sent in their place; the audit has each with its reason",
            registry=registry,
        )
        self._audit_log_failures = Counter(
            "batchdesk_audit_log_failures", "Tries to write the audit log that failed", registry=registry
        )
        self._sweep_lag = Gauge("batchdesk_sweep_lag_seconds", "Since the last whole sweep", registry=registry)
        self._waiting = Gauge("batchdesk_notices_waiting", "Notices that are not delivered yet", registry=registry)

    def count_interaction(self, verb: str, origin: str, outcome: str, seconds: float) -> None:
        """Count an answered command or press, and its seconds.

        `outcome` is `ok`, the name of an expected error (of the command or of its change), or `broken`.
        """
        self._interactions.labels(verb, origin, outcome).observe(seconds)

    def count_api_call(self, method: str, status: int | None, seconds: float) -> None:
        """Count a call of the API, and its seconds. `status` is None if there was no answer."""
        self._api.labels(method, _status(status)).observe(seconds)

    def count_slack_call(
        self, method: str, status: int | None, seconds: float, fault: SlackFault | None = None
    ) -> None:
        """Count a call of a Web API method or `response_url`, and its seconds. `status` is None without an answer.

        A call that Slack refused has Slack's own word as its status.
        """
        label = _status(status) if fault is None else self._name_refusal(fault.code)
        self._slack.labels(method, label).observe(seconds)

    def _name_refusal(self, word: str) -> str:
        if word not in self._words and (len(self._words) >= _MOST_WORDS or not _WORD.fullmatch(word)):
            return "refused"
        self._words.add(word)
        return word

    def count_unexpected_error(self, reference: str) -> None:
        """Count an error that the log has under this reference. The reference becomes the exemplar."""
        self._errors.inc(exemplar={"reference": reference})

    def count_refused_request(self, reason: str) -> None:
        """Count a request that the HTTP port turned away, by one of a few reasons."""
        self._refused.labels(reason).inc()

    def count_given_up_notice(self) -> None:
        """Count a notice that was given up."""
        self._given_up.inc()

    def count_audit_log_failure(self) -> None:
        """Count a try to write the audit log that failed."""
        self._audit_log_failures.inc()

    def set_worker_state(self, sweep_lag: float, notices_waiting: float) -> None:
        """Set the seconds since the last complete sweep, and how many notices wait. NaN if unreadable."""
        self._sweep_lag.set(sweep_lag)
        self._waiting.set(notices_waiting)

    def expose(self, accept: str) -> tuple[bytes, str]:
        """Return all metrics and their content type, in a format that `accept` names. Exemplars need OpenMetrics."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type


def _status(status: int | None) -> str:
    """Return a status with few possible values, whatever a proxy answers, because each value is a time series."""
    if status is None:
        return "none"
    return str(status) if str(status) in _KNOWN_STATUSES else f"{status // 100}xx"
