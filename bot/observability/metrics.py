"""The figures of /metrics: how often, how long, how many wait; in a registry of their own, without ids or names."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_KNOWN_STATUSES = frozenset({"200", "400", "401", "403", "404", "409", "413", "429", "500", "502", "503", "504", "529"})


class Metrics:
    """What the bot counts. `registry` is handed in, so that two bots in one process do not meet in one."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
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
        self._sweep_lag = Gauge("batchdesk_sweep_lag_seconds", "Since the last whole sweep", registry=registry)
        self._waiting = Gauge("batchdesk_notices_waiting", "Notices that are not delivered yet", registry=registry)

    def interaction(self, verb: str, origin: str, outcome: str, seconds: float) -> None:
        """Count one answered command or press; `outcome` is `ok` or the name of an expected error."""
        self._interactions.labels(verb, origin, outcome).observe(seconds)

    def api_call(self, method: str, status: int | None, seconds: float) -> None:
        """Count one call of the API; without a status it got no answer."""
        self._api.labels(method, _status(status)).observe(seconds)

    def slack_call(self, method: str, status: int | None, seconds: float) -> None:
        """Count one call of a Web API method, or `response_url`; without a status it got no answer."""
        self._slack.labels(method, _status(status)).observe(seconds)

    def unexpected_error(self, reference: str) -> None:
        """Count an error that the log has under this reference, and keep the reference as the exemplar."""
        self._errors.inc(exemplar={"reference": reference})

    def watching(self, sweep_lag: float, notices_waiting: float) -> None:
        """Note how watching stands; NaN for what could not be read."""
        self._sweep_lag.set(sweep_lag)
        self._waiting.set(notices_waiting)

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """Return all figures and their content type, in the form the reader accepts (exemplars need OpenMetrics)."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type


def _status(status: int | None) -> str:
    """Return a status of few possible values, whatever a proxy may answer."""
    if status is None:
        return "none"
    return str(status) if str(status) in _KNOWN_STATUSES else f"{status // 100}xx"
