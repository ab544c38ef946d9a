"""What was asked of a collection, what was answered, and whether what it holds now agrees.

Writers own their ids, so that every id has one order of operations. An operation is acknowledged
(a 2xx was read), refused (an error was read: nothing of it may show) or unknown (the server died
first: all of it may show, or nothing). Once seen after a restart, an unknown operation is settled:
it must stay as it was seen.
"""

import dataclasses
import enum


class Fate(enum.Enum):
    UNKNOWN = "unknown"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"


@dataclasses.dataclass
class Operation:
    """A batch of one writer: ids to the version they get, or to None where they are deleted."""

    number: int
    versions: dict
    fate: Fate = Fate.UNKNOWN


class History:
    def __init__(self):
        self.operations = []

    def begin(self, versions):
        """Noted before it is sent; the caller sets its fate once an answer is read."""
        operation = Operation(len(self.operations), dict(versions))
        self.operations.append(operation)
        return operation

    def allowed(self, document):
        """The versions that may be seen of this id: None stands for its absence."""
        versions = [None]
        for operation in self.operations:
            if document not in operation.versions or operation.fate is Fate.REFUSED:
                continue
            version = operation.versions[document]
            if operation.fate is Fate.ACKNOWLEDGED:
                versions = [version]
            else:
                versions.append(version)
        return versions

    def faults(self, seen):
        """What of `seen`, id to version, cannot be; a sentence each."""
        ids = {document for operation in self.operations for document in operation.versions}
        faults = [f"{document} was never written" for document in sorted(set(seen) - ids)]
        for document in sorted(ids):
            allowed = self.allowed(document)
            if seen.get(document) not in allowed:
                faults.append(f"{document}: found version {seen.get(document)}, "
                              f"allowed: {allowed}")
        return faults + self._halves(seen)

    def _halves(self, seen):
        """Unknown operations of which a part shows and another does not."""
        faults = []
        for operation in self.operations:
            if operation.fate is not Fate.UNKNOWN:
                continue
            shown = [self._shows(operation, document, seen) for document in operation.versions]
            if True in shown and False in shown:
                faults.append(f"operation {operation.number} is half applied: {shown.count(True)} "
                              f"of its {len(shown)} documents show it")
        return faults

    def _shows(self, operation, document, seen):
        """None where it cannot be told: a later operation overwrote it, or it changed nothing."""
        version = operation.versions[document]
        others = self.operations[:operation.number] + self.operations[operation.number + 1:]
        before = None
        for other in others:
            if document not in other.versions or other.fate is Fate.REFUSED:
                continue
            if other.number > operation.number or other.fate is Fate.UNKNOWN:
                return None
            before = other.versions[document]
        return None if before == version else seen.get(document) == version

    def settle(self, seen):
        """After a restart that `seen` was found right: what was unknown is known from now on."""
        for operation in self.operations:
            if operation.fate is not Fate.UNKNOWN:
                continue
            shown = [self._shows(operation, document, seen) for document in operation.versions]
            operation.fate = Fate.ACKNOWLEDGED if True in shown else Fate.REFUSED
