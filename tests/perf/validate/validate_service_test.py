"""Metrics as the server exposes them, and the wrong command lines that an endpoint refuses."""

import pathlib
import tempfile
import unittest

import validation_parts  # noqa: F401: finds the modules

import client
import devices
import service

SCRAPE = """# TYPE a counter
a_total{side="host",reason="small"} 4
a_total{side="host",reason="lost"} 2
a_total{side="device",reason="small"} 9
a_total_more 7
process_resident_memory_bytes 2.5e+07
qr_build_info{version="1.2.3"} 1
"""


def router(small, lost, device):
    name = "qr_router_decisions_total"
    return service.Metrics(f'{name}{{reason="small",side="host"}} {small}\n'
                           f'{name}{{reason="lost",side="host"}} {lost}\n'
                           f'{name}{{reason="faster",side="device"}} {device}\n')


class Metrics(unittest.TestCase):
    def test_are_summed_over_the_series_with_the_labels(self):
        scrape = service.Metrics(SCRAPE)
        self.assertEqual(15, scrape.value("a_total"))
        self.assertEqual(6, scrape.value("a_total", side="host"))
        self.assertEqual(4, scrape.value("a_total", reason="small", side="host"))
        self.assertEqual(2.5e7, scrape.value("process_resident_memory_bytes"))
        self.assertIsNone(scrape.value("a"))
        self.assertEqual("1.2.3", scrape.label("qr_build_info", "version"))

    def test_give_the_batches_that_this_run_routed_to_the_cpu(self):
        found = devices.host_decisions(router(10, 1, 5), router(14, 2, 9))
        self.assertEqual({"small": 4, "lost": 1}, {k: v for k, v in found.items() if v})
        self.assertIsNone(devices.host_decisions(router(0, 0, 0), router(0, 0, 0)))
        self.assertIsNone(devices.host_decisions(None, router(1, 1, 1)))


class Endpoint(unittest.TestCase):
    def test_refuses_what_is_no_address(self):
        for url in ("127.0.0.1:8080", "ftp://a", "http://", "http://a:port", "http://a:99999",
                    "http://key@a", "http://a/?b=c"):
            with self.subTest(url), self.assertRaises(client.UsageError):
                client.Endpoint(url)

    def test_refuses_certificates_that_are_not_there_or_not_used(self):
        for url in ("http://a", "https://a"):
            with self.assertRaisesRegex(client.UsageError, "--ca-file"):
                client.Endpoint(url, ca_file="absent.pem")

    def test_keeps_a_prefix_without_its_last_slash(self):
        self.assertEqual("/rerank", client.Endpoint("https://a:1/rerank/").prefix)

    def test_reads_a_key_from_the_first_line(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "key")
            path.write_text(" secret \nmore\n")
            self.assertEqual("secret", client.read_key(path))
            for text in ("", "\nsecret\n"):
                path.write_text(text)
                with self.assertRaises(client.UsageError):
                    client.read_key(path)


if __name__ == "__main__":
    unittest.main()
