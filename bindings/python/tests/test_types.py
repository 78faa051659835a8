"""The hints are right, as far as mypy can tell."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import mailmodule

from .place import Case

FOLDER = Path(__file__).resolve().parent.parent


class TypeTests(Case):
    def test_mypy_finds_nothing_in_package_samples_readme_and_build(self) -> None:
        mypy = shutil.which("mypy")
        if mypy is None:
            self.skipTest("no mypy")
        blocks = re.findall(r"```python\n(.*?)```", (FOLDER / "README.md").read_text("utf-8"), flags=re.S)
        self.assertGreater(len(blocks), 2)
        files = []
        for number, block in enumerate(blocks):
            files.append(str(self.folder / f"readme{number}.py"))
            Path(files[-1]).write_text(block)
        command = [mypy, "--strict", "--cache-dir", str(self.folder), "src/mailmodule", "samples", "backend", *files]
        path = {**os.environ, "MYPYPATH": "src"}
        ended = subprocess.run(command, cwd=FOLDER, env=path, capture_output=True, text=True, check=False)
        self.assertEqual(0, ended.returncode, ended.stdout + ended.stderr)

    def test_the_package_says_that_it_is_typed(self) -> None:
        self.assertTrue((Path(mailmodule.__file__).parent / "py.typed").is_file())

    def test_all_public_names_are_there_and_in_order(self) -> None:
        self.assertEqual(sorted(mailmodule.__all__), mailmodule.__all__)
        for name in mailmodule.__all__:
            self.assertTrue(hasattr(mailmodule, name), name)
