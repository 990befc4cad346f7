"""The keeper: two processes as one; small stand-ins for the server and the job process, but real processes and signals."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
WAITS = "import os, sys, time; print(sys.argv[1], os.getpid(), flush=True); time.sleep(60)"
PATIENCE_S = 30


@pytest.fixture
def keep():
    """Start the keeper over two pieces of Python; what is left of it is killed in the end."""
    running = []

    def start(server, jobs):
        python = [sys.executable, "-I", "-S", "-c"]
        command = [
            sys.executable,
            "-m",
            "server.jobs.keeper",
            *python,
            server,
            "server",
            "--",
            *python,
            jobs,
            "jobs",
        ]
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def spoken(process, name):
    """Wait until one of both says that it runs; gives its key."""
    said, key = process.stdout.readline().split()
    assert said == name
    return int(key)


def is_there(key):
    try:
        os.kill(key, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{key}/stat").read_text(encoding="ascii").split()[2] != "Z"


def test_it_ends_with_the_servers_exit_code(keep):
    assert keep("raise SystemExit(3)", WAITS).wait(PATIENCE_S) == 3


def test_a_job_process_that_dies_is_started_again_and_both_stop_when_told(keep):
    process = keep(WAITS, WAITS)
    server, first = spoken(process, "server"), spoken(process, "jobs")
    os.kill(first, signal.SIGKILL)
    second = spoken(process, "jobs")
    assert second != first
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_S) == 128 + signal.SIGTERM
    assert not is_there(server)
    assert not is_there(second)
    assert "wangge jobs ended with -9" in process.stderr.read()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a killed keeper leaves both alone")
def test_neither_outlives_a_keeper_that_was_killed(keep):
    process = keep(WAITS, WAITS)
    spoken(process, "server")
    spoken(process, "jobs")
    process.kill()
    assert process.stdout.read() == ""  # until both have closed it


def test_it_loads_nothing_of_the_program():
    check = "import server.jobs.keeper, sys; sys.exit(any(m in sys.modules for m in ('sqlalchemy', 'huey', 'click')))"
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False).returncode == 0
