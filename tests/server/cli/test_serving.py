"""Serving: a real server answers, stops when told, and says so when it cannot start."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from server.crowding import MOST

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 60


@pytest.fixture
def port():
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answer(url):
    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return response.status
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)


def job_process(parent):
    """Wait for the job process beside a server; gives its key, None when it does not come."""
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        for child in Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split():
            if Path(f"/proc/{child}/cmdline").read_bytes().endswith(b"\0jobs\0"):
                return child
        time.sleep(0.2)
    return None


def send_slowly(port):
    """Begin a form and do not go on."""
    sender = socket.create_connection(("127.0.0.1", port))
    sender.sendall(b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n"
                   b"Content-Type: application/x-www-form-urlencoded\r\n\r\nlogin=a")  # fmt: skip
    return sender


def test_a_server_answers_with_a_job_process_beside_it_and_both_stop_when_told(process, tmp_path, port):
    process("--dir", tmp_path, "db", "upgrade")
    command = [sys.executable, "-m", "server.cli", "--dir", str(tmp_path), "serve", "--port", str(port)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}
    running = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        assert answer(f"http://127.0.0.1:{port}/healthz") == 200
        jobs = job_process(running.pid)
        assert jobs
        slow = [send_slowly(port) for _ in range(2 * MOST)]
        assert answer(f"http://127.0.0.1:{port}/healthz") == 200
        for one in slow:
            one.close()
        running.send_signal(signal.SIGTERM)
        said = running.communicate(timeout=PATIENCE_S)[0].decode()
    finally:
        running.kill()
        running.wait()
    assert not Path(f"/proc/{jobs}").exists()
    assert f"http://127.0.0.1:{port}" in said
    assert "Traceback" not in said


def test_a_taken_port_is_one_clear_line(process, tmp_path):
    process("--dir", tmp_path, "db", "upgrade")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = process("--dir", tmp_path, "serve", "--port", other.getsockname()[1])
    assert done.returncode == 1
    assert "--port" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_store_without_its_layout_is_not_served(process, tmp_path, port):
    done = process("--dir", tmp_path, "serve", "--port", port)
    assert (done.returncode, "wangge db upgrade" in done.stderr) == (1, True)


def test_the_demonstration_is_not_written_among_other_data(wangge, town, port):
    done = wangge("demo", "--port", port)
    assert done.exit_code == 1
    assert "--dir" in done.output
