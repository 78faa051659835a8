"""What was confirmed survives: kill -9 under load, full disks, few descriptors. `run.py rounds=5` makes it shorter."""

import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))

from support import verdict  # noqa: E402

for argument in sys.argv[1:]:
    if "=" in argument:  # rounds=N, seed=N
        name, _, value = argument.partition("=")
        os.environ["KILL_" + name.upper()] = value
        sys.argv.remove(argument)
sys.exit(verdict.run_side_by_side(str(HERE), "test_*.py", 2, first=("test_kill.py",)))
