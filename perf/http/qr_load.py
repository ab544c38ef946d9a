"""Runs the load tool of perf/load with one request against one server."""

import json
import pathlib
import subprocess
import time


class QrLoad:
    def __init__(self, program, server, folder, body, *flags, path="/v1/rerank"):
        file = pathlib.Path(folder, f"{body.name}.body")
        file.write_bytes(body.data)
        self._output = pathlib.Path(folder, "load.json")
        self._command = [str(program), "--url", f"http://127.0.0.1:{server.port}{path}",
                         "--body", str(file), "--output", str(self._output), "--quiet", *flags]
        for name, value in body.headers.items():
            self._command += ["--header", f"{name}: {value}"]

    def run(self, *flags):
        """(figures, when it began)."""
        began = time.monotonic()
        subprocess.run([*self._command, *flags], check=True)
        return json.loads(self._output.read_text()), began
