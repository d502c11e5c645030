"""The real command, as on another machine that loses patience with a silent run soon: `elsewhere.py OPTIONS...`."""

import sys
from typing import Final

from flows.command_line import main
from tasks.clients import runs

PATIENCE_S: Final = 4.0

if __name__ == "__main__":
    runs.this_machine = lambda: "elsewhere"
    runs.DEAD_AFTER_S = PATIENCE_S
    sys.exit(main(sys.argv[1:]))
