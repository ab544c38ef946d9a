"""What the server says of itself: /health, /health/ready and /metrics."""

import dataclasses
import re

import client

HEALTHY = "ready"


@dataclasses.dataclass(frozen=True)
class Health:
    """GET /health, as far as it is needed here."""

    status: str
    reason: str
    version: str
    backends: list
    failover: dict

    @property
    def chosen(self):
        """The backend that the server chose at start."""
        return self.backends[0] if self.backends else {}

    @property
    def devices(self):
        """The GPUs' reports; none where the CPU alone serves."""
        return self.chosen.get("devices", [])

    @property
    def failovers(self):
        return sum(self.failover.get("failovers", {}).values())


def read_health(endpoint):
    reply = endpoint.get("/health")
    if reply.status in (401, 403):
        raise client.UsageError(f"/health answered {reply.status}: give a valid key by "
                                "--api-key-file")
    found = reply.json()
    if reply.status != 200 or found is None:
        raise client.NotReachable(f"/health: {reply.failure or f'answered {reply.status}'}")
    backends = found.get("backends")
    if backends is None and isinstance(found.get("status"), str):
        raise client.UsageError("/health gives no details: give a valid key by --api-key-file")
    if (not isinstance(backends, list) or not all(isinstance(b, dict) for b in backends)
            or not isinstance(found.get("status"), str)):
        raise client.NotReachable("/health: its answer is not a QuantumRerank server's")
    return Health(found["status"], found.get("reason", ""), found.get("version", ""), backends,
                  found.get("failover", {}))


def require_ready(endpoint):
    reply = endpoint.get("/health/ready")
    if reply.status is None:
        raise client.NotReachable(f"{endpoint.url}: {reply.failure}")
    if reply.status != 200:
        status = (reply.json() or {}).get("status", "")
        raise client.NotReachable(f"{endpoint.url}: /health/ready answered {reply.status} {status}")


class Metrics:
    """One scrape; a metric that is absent is None."""

    def __init__(self, text):
        self._text = text

    def value(self, name, **labels):
        """The sum of the series of that name that bear these labels."""
        found = re.findall(rf"^{re.escape(name)}(?:{{([^}}]*)}})? (\S+)$", self._text, re.M)
        wanted = {f'{label}="{value}"' for label, value in labels.items()}
        values = [float(number) for series, number in found if wanted <= set(series.split(","))]
        return sum(values) if values else None

    def label(self, name, label):
        found = re.search(rf'^{re.escape(name)}{{.*?\b{label}="([^"]*)"', self._text, re.M)
        return found.group(1) if found else ""


def read_metrics(endpoint):
    """Metrics, or None where the server does not show them."""
    reply = endpoint.get("/metrics")
    return Metrics(reply.data.decode("utf-8", "replace")) if reply.status == 200 else None
