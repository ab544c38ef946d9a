"""How the comparison names what it ran: without what another machine or run would not have."""

import os
import pathlib
import sys
import unittest

SOURCE = pathlib.Path(os.environ.get("QR_SOURCE_DIR", pathlib.Path(__file__).parents[3]))
sys.path.insert(0, str(SOURCE / "perf" / "peers"))

import peers  # noqa: E402
import report  # noqa: E402
import servers  # noqa: E402

ABOUT = {"python": "3.11", "versions": {"fastapi": "1", "uvicorn": "2", "numpy": "3",
                                        "orjson": "4", "pydantic": "5"}}


class Commands(unittest.TestCase):
    def test_are_told_without_paths_and_ports_of_one_run(self):
        command = [SOURCE / "build" / "x", "--file", "/some/folder/y", "--port", 8080, "--log", "z"]
        self.assertEqual("build/x --file FOLDER/y --port PORT --log z",
                         report.plain(command, pathlib.Path("/some/folder"), 8080))


class Versions(unittest.TestCase):
    def test_name_what_reads_the_body_of_each_route(self):
        readers = {target.name: peers.version_of(target, ABOUT, "")
                   for target in servers.TARGETS if target.server == "fastapi"}
        always = "Python 3.11, fastapi 1, uvicorn 2, numpy 3"
        self.assertEqual({
            "fastapi_binary": f"{always}, orjson 4", "fastapi_base64": f"{always}, orjson 4",
            "fastapi_json": always, "fastapi_orjson": f"{always}, orjson 4",
            "fastapi_pydantic": f"{always}, pydantic 5",
            "fastapi_pydantic_bytes": f"{always}, pydantic 5"}, readers)


if __name__ == "__main__":
    unittest.main()
