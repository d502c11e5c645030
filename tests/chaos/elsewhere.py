"""The real command, which loses patience with a silent run on another machine soon: `elsewhere.py OPTIONS...`.

Its machine is another one by a host name of its own, or by `CHAOS_MACHINE`.
"""

import os
import sys
from typing import Final

from flows.commands.campaign_command import main
from tasks.ledger import heartbeats as runs

PATIENCE_S: Final = 4.0

if __name__ == "__main__":
    if machine := os.environ.get("CHAOS_MACHINE"):
        runs.this_machine = lambda: machine
    runs.DEAD_AFTER_S = PATIENCE_S
    sys.exit(main(sys.argv[1:]))
