"""Other people's programs against ours: one file for each program. `run.py swaks curl` runs what names contain."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))

from support import verdict  # noqa: E402

sys.exit(verdict.run_side_by_side(str(HERE), "test_*.py", 4))
