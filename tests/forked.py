"""Commands as processes of their own that need not load the program anew: forked from one that has.

A process that is begun by its name takes two seconds to load, and there are dozens of them. These are as real:
they are killed, interrupted and waited for like any other, and share nothing but what was loaded.
"""

import os
import signal
import tempfile
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import event

from server.db import Store

__all__ = ["Forked", "dying", "ended", "in_a_process", "run"]

LOADED = ["server.cli", "server.cli.import_issues", "server.cli.regrid", "server.cli.user", "server.cli.database",
          "server.cli.doctor", "server.services.moving", "tests.server.services.reporting"]  # fmt: skip
_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(LOADED)


def run(words, variables, told, faults):
    """Be the command: words of the command line, its settings, and where it says what."""
    for name in [name for name in os.environ if name.startswith("WANGGE_")]:
        del os.environ[name]
    os.environ.update(variables)
    for path, stream in ((told, 1), (faults, 2)):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, stream)
        os.close(opened)
    if words[0] == "-m":
        from tests.server.services import reporting  # noqa: PLC0415 - one of two programs

        reporting.main(words[2])
    else:
        from server.cli import main  # noqa: PLC0415

        main(words)


class Forked:
    """A running command; asked and told as :class:`subprocess.Popen` is.

    Parameters
    ----------
    words : sequence
        Of the command line, without the program's name.
    variables : str
        Settings in the environment; no others are seen.
    """

    def __init__(self, *words, **variables):
        self.folder = Path(tempfile.mkdtemp(prefix="wangge-forked-"))
        self.told, self.faults = self.folder / "told", self.folder / "faults"
        texts = [str(word) for word in words]
        self.process = _FORKS.Process(target=run, args=(texts, variables, self.told, self.faults))
        self.process.start()

    @property
    def returncode(self):
        """Exit code; None while it runs, negative when a signal ended it."""
        return self.process.exitcode

    def poll(self):
        """Give the exit code, or None while it runs."""
        return self.process.exitcode

    def send_signal(self, number):
        """Send a signal, unless it has ended."""
        if self.process.exitcode is None:
            os.kill(self.process.pid, number)

    def kill(self):
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout=120):
        """Wait for its end; it is killed when it takes too long."""
        self.process.join(timeout)
        if self.process.exitcode is None:
            self.kill()
            self.process.join()
            raise TimeoutError(self.folder)
        return self.process.exitcode

    def communicate(self, timeout=120):
        """Wait for its end, and give what it said and what it complained of."""
        self.wait(timeout)
        return tuple(
            path.read_text(encoding="utf-8") if path.exists() else "" for path in (self.told, self.faults)
        )


def in_a_process(store, clock, work):
    """Do something in a process of its own, with a store of its own; gives its key."""
    process = os.fork()
    if process == 0:
        code = 1
        try:
            work(Store(store.config, clock))
            code = 0
        finally:
            os._exit(code)
    return process


def ended(process):
    """Wait for a process; gives its exit code, negative when a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def dying(own, work, entries):
    """Do something with a store, and be killed right after the n-th entry was written but not committed."""
    seen = []

    def count(_connection, _cursor, statement, *_more):
        if statement.startswith("INSERT INTO entry"):
            seen.append(statement)
            if len(seen) == entries:
                os.kill(os.getpid(), signal.SIGKILL)

    event.listen(own.engine, "after_cursor_execute", count)
    work(own)
