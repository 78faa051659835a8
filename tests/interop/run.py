"""Other people's programs against ours: one file for each program. `run.py swaks curl` runs what names contain."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))

from support import verdict  # noqa: E402

LONG = ("test_smarthost.py", "test_proxy.py", "test_apart.py", "test_reports.py", "test_walk.py", "test_command.py")
sys.exit(verdict.run_side_by_side(str(HERE), "test_*.py", 4, first=LONG))
