"""Parents that look after nobody: `careless.py COMMAND...`.

Starts the command as the child of another process, tells the numbers of both in one line, adopts the child when that
process is gone, and collects neither until its standard input ends.
"""

import ctypes
import os
import signal
import subprocess
import sys
from typing import Final

PR_SET_PDEATHSIG: Final = 1
PR_SET_CHILD_SUBREAPER: Final = 36

if __name__ == "__main__":
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    if os.fork() == 0:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # where a test is cut off, nobody else ends it
        run = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
        print(run.pid, os.getpid(), flush=True)  # noqa: T201  what the test waits for
        while True:
            signal.pause()
    sys.stdin.read()
