"""Runs checks one by one, notes which operations of a client they called, and writes both for the table."""

import json
import os
import sys
import tempfile
import traceback
from importlib.metadata import version
from pathlib import Path

from azure.ai.ml import MLClient
from azure.identity import EnvironmentCredential

FIXTURES = Path(__file__).parent / "fixtures"
GROUP, WORKSPACE, REGISTRY = "rg-sensors-dev", "mlw-sensors-dev", "sensors"


class Watched:
    """An object whose method calls are noted as operations of a group."""

    def __init__(self, suite, group, target):
        self._suite, self._group, self._target = suite, group, target

    def __getattr__(self, name):
        value = getattr(self._target, name)
        if not callable(value):
            return value

        def call(*args, **options):
            self._suite.note(self._group, name)
            return value(*args, **options)

        return call


class Client:
    """An MLClient; each operation group is watched."""

    def __init__(self, suite, client):
        self._suite, self._client = suite, client

    def __getattr__(self, name):
        return Watched(self._suite, name, getattr(self._client, name))


class Suite:
    """Checks of one client, in order; a check may use what those before it made."""

    def __init__(self, client):
        self.client = client
        self.credential = EnvironmentCredential(disable_instance_discovery=True)
        self._calls, self._checks, self._current = [], [], ""

    def workspace(self):
        # An operation takes well under a second here; the client's own pause between questions is half a minute.
        subscription = os.environ["AZURE_SUBSCRIPTION_ID"]
        return Client(self, MLClient(self.credential, subscription, GROUP, WORKSPACE, polling_interval=1))

    def registry(self):
        return Client(self, MLClient(self.credential, registry_name=REGISTRY, polling_interval=1))

    def watch(self, group, target):
        return Watched(self, group, target)

    def note(self, group, operation):
        self._calls.append({"group": group, "operation": operation, "test": self._current})

    def check(self, title):
        """Add a check: a function whose title is a fact."""
        return lambda function: self._checks.append((title, function))

    def run(self):
        failed = []
        os.chdir(tempfile.mkdtemp(prefix="switchyard-conformance-"))
        for title, function in self._checks:
            self._current = title
            try:
                function()
                print(f"  ok      {title}", flush=True)
            except Exception:  # every check is run, whatever the ones before did
                failed.append(title)
                print(f"  FAILED  {title}\n{traceback.format_exc(limit=-8)}", flush=True)
        result = {
            "client": self.client,
            "version": version(self.client),
            "calls": self._calls,
            "passed": len(self._checks) - len(failed),
            "failedTests": failed,
        }
        name = f"{self.client}-{Path(sys.argv[0]).stem}.json"
        Path(os.environ["CONFORMANCE_FOLDER"], name).write_text(json.dumps(result))
        sys.exit(1 if failed else 0)


def files(folder):
    """The files below a folder, by relative path, with their text."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file():
            found[path.relative_to(folder).as_posix()] = path.read_text(errors="replace")
    return found


def equal(seen, expected):
    """Like assert seen == expected, with both in the message."""
    if seen != expected:
        raise AssertionError(f"seen {seen!r}, expected {expected!r}")
