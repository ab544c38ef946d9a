"""Which device served, as the server tells it, and whether it is the one that was expected.

Three witnesses: /health before and after (what is there, and in which state), every answer's
x-compute-type (what computed it), and the router's decisions (why the CPU did, where it may).
A router leaves small requests to the CPU by design; that is no fault as long as a GPU computed some
answer and none went to the CPU for another reason than the router's free choice.
"""

import dataclasses

import machines
import service
from verdicts import MET, MISSED, Verdict

CPU, GPU = "cpu", "gpu"
COMPUTE_TYPE_OF_GPU = "cuda"
FORCED = ("lost", "refused")  # why the router takes the CPU although it would not choose it


@dataclasses.dataclass(frozen=True)
class Observation:
    before: service.Health
    after: service.Health | None  # None: it could not be asked any more
    kinds: dict  # answers by x-compute-type
    backends: dict  # answers by backend
    router: dict | None  # batches to the CPU by reason, of this run; None: no router, or not shown


def host_decisions(before, after):
    """Batches that the router gave to the CPU between two scrapes, or None where there is none."""
    name = "qr_router_decisions_total"
    if before is None or after is None or not after.value(name):
        return None
    reasons = ("small", "faster", "spilled", *FORCED)
    return {reason: int((after.value(name, side="host", reason=reason) or 0)
                        - (before.value(name, side="host", reason=reason) or 0))
            for reason in reasons}


def names(health):
    """The GPUs' names, each once."""
    return sorted({device.get("name", "unnamed") for device in health.devices})


def needs_large_request(expected, observation):
    """Whether only a large request can still show that a GPU serves: a router kept the others."""
    return (expected not in (None, CPU) and bool(names(observation.before))
            and not observation.kinds.get(COMPUTE_TYPE_OF_GPU))


def served(observation):
    """For people: what computed the answers."""
    parts = [f"{backend} {count}" for backend, count in sorted(observation.backends.items())]
    text = "answers by backend: " + (", ".join(parts) or "none")
    if len(observation.kinds) > 1:
        text = "a mix; " + text
    if observation.after and observation.after.status != service.HEALTHY:
        text = f"the server is {observation.after.status}: {observation.after.reason}; {text}"
    router = {k: v for k, v in (observation.router or {}).items() if v}
    if router:
        text += "; batches routed to the CPU: " + ", ".join(f"{k} {v}" for k, v in router.items())
    return text


def _trouble(health, when):
    """What the server says against its own GPU, or ""."""
    said = health.failover.get("last_message") or health.reason
    if health.status != service.HEALTHY:
        return f"{when} the run the server was {health.status}: {said}"
    for device in health.devices:
        if device.get("is_lost"):
            return (f"{when} the run device {device.get('index')} was lost: "
                    f"{device.get('error') or said}")
    return ""


def _gpu_fault(observation):
    """Why a GPU did not serve, or ""."""
    before, after = observation.before, observation.after
    if not before.devices:
        backend = before.chosen.get("name", "none")
        return (f"the server has no GPU: it chose backend '{backend}' ({before.status}: "
                f"{before.reason}); 'quantumrerank doctor' on its machine tells why")
    if after is None:
        return "the server could not be asked after the run"
    for health, when in ((before, "before"), (after, "after")):
        if trouble := _trouble(health, when):
            return trouble
    if after.failovers > before.failovers:
        return (f"the GPU failed {after.failovers - before.failovers} times during the run, "
                f"the last time: {after.failover.get('last_message', 'no message')}")
    on_gpu = observation.kinds.get(COMPUTE_TYPE_OF_GPU, 0)
    if not on_gpu:
        return "the CPU computed every answer, the large request's too: the GPU was not chosen"
    elsewhere = sum(observation.kinds.values()) - on_gpu
    forced = sum((observation.router or {}).get(reason, 0) for reason in FORCED)
    if elsewhere and (observation.router is None or forced):
        return f"the CPU computed {elsewhere} answers for another reason than the router's choice"
    return ""


def _fault(expected, observation):
    if expected == CPU:
        elsewhere = {k: v for k, v in observation.kinds.items() if k != CPU}
        return f"answers were computed elsewhere: {elsewhere}" if elsewhere else ""
    if expected != GPU and machines.slug(expected) not in map(machines.slug,
                                                              names(observation.before)):
        found = ", ".join(names(observation.before)) or "none"
        return (f"the server's GPUs: {found} (backend "
                f"'{observation.before.chosen.get('name', 'none')}', {observation.before.reason})")
    return _gpu_fault(observation)


def judge(expected, observation):
    """The row of the device; without an expectation it decides nothing."""
    text = served(observation)
    found = " + ".join(sorted(observation.kinds)) or "none"
    if expected is None:
        return Verdict("device", "device that served", MET, False, found=found, why=text)
    fault = _fault(expected, observation)
    if not fault and not observation.kinds:
        fault = "there was no right answer"
    verdict, why = (MISSED, f"{fault}; {text}") if fault else (MET, text)
    return Verdict("device", "device that served", verdict, True, found=found, limit="is",
                   allowed=expected, why=why)
