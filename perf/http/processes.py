"""The servers under load, the load itself, and what the kernel says they cost.

Everything lives in one temporary folder and ends with the context that started it.
"""

import getpass
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import time

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
START_TIMEOUT_S = 30
CONNECTIONS = 4
WRK_TIMEOUT_S = 2
NGINX = "/usr/sbin/nginx"
NGINX_BODY_BUFFER = "1m"  # so that a body stays in memory
ECHO_MODULE = "/usr/lib/nginx/modules/ngx_http_echo_module.so"
STATIC_BYTES = 1024

NGINX_CONFIGURATION = """
load_module {module};
user {user};
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log crit;
events {{ worker_connections 256; }}
http {{
  access_log off;
  sendfile on;
  tcp_nodelay on;
  keepalive_requests 100000000;
  client_body_buffer_size {body_buffer};
  client_max_body_size 64m;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location = /read {{ echo_read_request_body; echo ok; }}
    location = /static.txt {{ root {folder}; }}
  }}
}}
"""

WRK_SCRIPT = """
local file = {body}
if file then
  wrk.method = "POST"
  local input = io.open(file, "rb")
  wrk.body = input:read("*a")
  input:close()
end
{headers}
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('{{"requests": %d, "seconds": %.6f, "errors": %d, "p50_us": %d, ' ..
    '"p99_us": %d}}\\n', summary.requests, summary.duration / 1e6,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def wait_for(port, path, process):
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if request(port, "GET", path)[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.02)
    raise SystemExit(f"{process.args[0]} did not come up; see {process.args}")


def request(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


class Process:
    """A child that is ended with its context."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(START_TIMEOUT_S)

    def pids(self):
        """The process and its children."""
        pid = self.process.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]

    def cpu_seconds(self):
        total = 0
        for pid in self.pids():
            # Behind the command in parentheses: utime and stime are fields 14 and 15.
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS_PER_SECOND

    def peak_rss_bytes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024


class Ours(Process):
    # One line a request is a cost that nginx is spared too (access_log off).
    FLAGS = ("--log-level", "warn")

    def __init__(self, binary, folder, flags=()):
        self.port = free_port()
        self.log = pathlib.Path(folder, "quantumrerank.log")
        command = [str(binary), "serve", "--hostname", "127.0.0.1", "--port", str(self.port),
                   *self.FLAGS, *flags]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("QR_")}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stderr=log, env=environment)
        wait_for(self.port, "/health/ready", self.process)


class Collections(Ours):
    """With collections in `folder`."""

    def __init__(self, binary, folder):
        super().__init__(binary, folder, ("--data-dir", str(folder / "data")))


class Nginx(Process):
    def __init__(self, folder, body_buffer=NGINX_BODY_BUFFER):
        self.port = free_port()
        folder = pathlib.Path(folder)
        (folder / "static.txt").write_bytes(b"x" * STATIC_BYTES)
        configuration = folder / "nginx.conf"
        configuration.write_text(NGINX_CONFIGURATION.format(
            module=ECHO_MODULE, user=getpass.getuser(), folder=folder, port=self.port,
            body_buffer=body_buffer))
        self.process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(configuration), "-e",
                                         str(folder / "nginx.log")])
        wait_for(self.port, "/static.txt", self.process)


def load(server, path, seconds, folder, body=None, timeout_s=WRK_TIMEOUT_S):
    """Drives one path; {"requests", "cpu_us" (of the server, per request), "p50_us", ...}.

    An answer slower than `timeout_s` is an error.
    """
    headers = "".join(f'wrk.headers["{k}"] = "{v}"\n' for k, v in (body.headers if body else {})
                      .items())
    body_file = "nil"
    if body:
        data = pathlib.Path(folder, f"{body.name}.body")
        data.write_bytes(body.data)
        body_file = json.dumps(str(data))
    script = pathlib.Path(folder, "load.lua")
    script.write_text(WRK_SCRIPT.format(body=body_file, headers=headers))
    before = server.cpu_seconds()
    result = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", f"{timeout_s}s",
         "-s", str(script), f"http://127.0.0.1:{server.port}{path}"],
        capture_output=True, text=True, check=True)
    cpu = server.cpu_seconds() - before
    figures = json.loads(result.stdout.strip().splitlines()[-1])
    if figures["errors"] or not figures["requests"]:
        raise SystemExit(f"{path}: the load met errors: {figures}\n{result.stdout}")
    figures["cpu_us"] = cpu / figures["requests"] * 1e6
    return figures
