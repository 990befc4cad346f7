"""Two processes as one: the server, and the job process beside it, which is started again when it dies.

Started as ``python -m server.jobs.keeper SERVER … -- JOBS …`` in place of the command that asked for it. It
loads nothing of the program, waits without polling, and ends with the server and its exit code. Where the
system can (Linux), both end with it even if it is killed.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

__all__ = ["Keeper", "main"]

FIRST_S = 2
"""The server gets the processors to itself until then."""
MOST_S = 60
LONG_S = 60
"""Whoever ran so long gets a quick start again."""
STOP_S = 10
PR_SET_PDEATHSIG = 1


class Keeper:
    """Both processes.

    Parameters
    ----------
    server, jobs : sequence of str
        Their commands.
    """

    def __init__(self, server: Sequence[str], jobs: Sequence[str]) -> None:
        self.server_command, self.jobs_command = server, jobs
        self.server = 0
        self.jobs = 0
        self.stopping = False
        self.began = 0.0
        self.delay = 1

    def run(self) -> int:
        """Run until the server ends; gives its exit code."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.stop)
        signal.signal(signal.SIGALRM, self.ring)
        self.server = _start(self.server_command)
        if self.stopping:  # told so before there was anything to stop
            self._signal(signal.SIGTERM)
        else:
            signal.alarm(FIRST_S)
        code = 0
        while self.server or (self.stopping and self.jobs):
            ended, status = os.wait()
            if ended == self.server:
                self.server, code = 0, os.waitstatus_to_exitcode(status)
                self.stop()
            elif ended == self.jobs:
                self.jobs = 0
                self.start_again(os.waitstatus_to_exitcode(status))
        return code if code >= 0 else 128 - code

    def stop(self, number: int = signal.SIGTERM, frame: FrameType | None = None) -> None:
        """Tell both to stop; kill them when they do not."""
        del number, frame
        if not self.stopping:
            self.stopping = True
            signal.alarm(STOP_S)
        self._signal(signal.SIGTERM)

    def ring(self, number: int, frame: FrameType | None) -> None:
        """Start the job process, or end what should have stopped by now."""
        del number, frame
        if self.stopping:
            self._signal(signal.SIGKILL)
        elif not self.jobs:
            self.began = time.monotonic()
            self.jobs = _start(self.jobs_command)

    def start_again(self, code: int) -> None:
        """Start the job process again in a while, the longer the sooner it died."""
        if self.stopping:
            return
        self.delay = 1 if time.monotonic() - self.began >= LONG_S else min(2 * self.delay, MOST_S)
        sys.stderr.write(f"wangge jobs ended with {code}; again in {self.delay} s\n")
        sys.stderr.flush()
        signal.alarm(self.delay)

    def _signal(self, number: int) -> None:
        for process in (self.server, self.jobs):
            if process:
                os.kill(process, number)


def _start(command: Sequence[str]) -> int:
    process = subprocess.Popen(command, preexec_fn=_end_with_parent)  # noqa: PLW1509, S603 - one thread; our own command
    process.returncode = 0  # it is waited for here, not by the object
    return process.pid


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def main(arguments: Sequence[str]) -> int:
    """Read both commands, one after the other with ``--`` between, and run them.

    Returns
    -------
    int
        Exit code of the server; 128 and the signal's number when one ended it.
    """
    place = list(arguments).index("--")
    return Keeper(arguments[:place], arguments[place + 1 :]).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
