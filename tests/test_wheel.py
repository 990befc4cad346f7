"""The wheel alone, in a clean environment, serves the demonstration town."""

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Folder of a clean environment that holds the locked packages and the wheel, nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT)
    run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], cwd=folder)
    python = str(folder / "venv/bin/python")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--disable-pip-version-check"]
    run([*pip, "--no-deps", "--no-compile", str(next(folder.glob("wangge-*.whl")))], cwd=folder)
    (packages,) = (folder / "venv/lib").glob("python*/site-packages")
    for name in locked():
        lend(name, packages)
    return folder


def locked():
    """Name the packages that a user's installation holds."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [
        line.partition("==")[0].partition("[")[0] for line in lines if line[:1].isalnum() and "==" in line
    ]


def lend(name, packages):
    """Let an environment use a package of this one, by links: to install them all again takes a minute."""
    try:
        files = distribution(name).files
    except PackageNotFoundError:
        return  # of another platform
    for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
        if not (packages / top).exists():
            (packages / top).symlink_to(distribution(name).locate_file(top))


def run(command, cwd):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answer_of(url, serving, seconds=180):
    end = time.monotonic() + seconds
    while True:
        assert serving.poll() is None, "the server has ended"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


SEED = """
from server.config import load
from server.db import Store
from server.demo.seed import seed
from server.upgrade import upgrade
store = Store(load({{"dir": "demo"}}, environment={{}}))
upgrade(store)
seed(store, count={count})
store.close()
"""


@pytest.mark.parametrize("count", [100, pytest.param(6000, marks=pytest.mark.exhaustive)])
def test_an_installed_wheel_serves_the_demonstration_town(installed, count):
    run([str(installed / "venv/bin/python"), "-c", SEED.format(count=count)], cwd=installed)
    port = free_port()
    command = [
        str(installed / "venv/bin/wangge"),
        "demo",
        "--port",
        str(port),
        "--dir",
        str(installed / "demo"),
    ]
    log = installed / "log"
    with log.open("wb") as file:
        serving = subprocess.Popen(command, cwd=installed, stdout=file, stderr=subprocess.STDOUT)
    try:
        assert answer_of(f"http://127.0.0.1:{port}/healthz", serving)[0] == 200
        status, page = answer_of(f"http://127.0.0.1:{port}/sign-in", serving)
        assert status == 200
        for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
            assert answer_of(f"http://127.0.0.1:{port}{address}", serving)[0] == 200
    finally:
        serving.send_signal(signal.SIGINT)
        serving.wait(timeout=20)
    told = log.read_text(encoding="utf-8")
    assert "worker_lin" in told
    assert f"http://127.0.0.1:{port}" in told


def test_the_wheel_ships_data_templates_and_static_files(installed):
    listing = run(
        [sys.executable, "-m", "zipfile", "-l", str(next(installed.glob("wangge-*.whl")))], cwd=installed
    )
    for name in ("server/_shipped/data/categories.csv", "server/_shipped/templates/layout.html",
                 "server/static/js/main.js", "server/locale/en-core.po", "server/migrations/env.py"):  # fmt: skip
        assert name in listing
