"""The application behind granian on a free loopback port, and the Chromium that looks at it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager

from server.config import load
from server.db import Store

SECRET = "browser-" * 5
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--no-first-run"]  # fmt: skip
PATIENCE = 60.0  # s until the first answer


def chromium_path():
    """Debian's Chromium; None when it is not installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def store_in(folder):
    """Open the store in a folder as whoever serves it does; closed when left."""
    return closing(Store(load({"dir": str(folder), "secret_key": SECRET}, environment={})))


@contextmanager
def serving(folder, **settings):
    """Serve the store in a folder, with settings named as in the environment; gives the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
               "--no-ws", "--workers-kill-timeout", "3", "--factory", "server.app:from_environment"]  # fmt: skip
    environment = {**os.environ, "WANGGE_DIR": str(folder), "WANGGE_SECRET_KEY": SECRET, **settings}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _wait_for(address, process):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, process.stderr.read()[-2000:]
        try:
            return urllib.request.urlopen(f"{address}/sign-in", timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(address)
