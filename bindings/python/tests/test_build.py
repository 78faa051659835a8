"""The build backend: what it packs, and that it packs the same each time."""
from __future__ import annotations

import csv
import hashlib
import io
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from .place import Case

FOLDER = Path(__file__).resolve().parent.parent


class BuildTests(Case):
    def build(self, function: str, folder: str) -> Path:
        target = self.folder / folder
        target.mkdir()
        source = f"import mailmodule_build as b; print(b.{function}({str(target)!r}))"
        command = [sys.executable, "-B", "-c", source]
        ended = subprocess.run(command, cwd=FOLDER / "backend", capture_output=True, text=True, check=True)
        return target / ended.stdout.strip()

    def test_the_same_files_make_the_same_archives(self) -> None:
        for function in ("build_sdist", "build_wheel"):
            first, second = self.build(function, function + "1"), self.build(function, function + "2")
            self.assertEqual(first.read_bytes(), second.read_bytes())

    def test_an_sdist_has_all_that_builds_and_tests_it(self) -> None:
        with tarfile.open(self.build("build_sdist", "sdist")) as archive:
            names = {name.split("/", 1)[1] for name in archive.getnames()}
        sources = "src/mailmodule/py.typed", "src/mailmodule/_abi/structures.py", "backend/mailmodule_build.py"
        beside = "PKG-INFO", "LICENSE", "README.md", "pyproject.toml", "tests/test_build.py", "samples/send.py"
        self.assertEqual(set(), {*sources, *beside} - names)
        self.assertEqual(set(), {name for name in names if "__pycache__" in name})

    def test_a_wheel_has_the_package_alone_and_a_record_that_is_right(self) -> None:
        with zipfile.ZipFile(self.build("build_wheel", "wheel")) as archive:
            info = "mailmodule-0.1.0.dist-info"
            record = list(csv.reader(io.StringIO(archive.read(f"{info}/RECORD").decode())))
            self.assertEqual(sorted(archive.namelist()), sorted(row[0] for row in record))
            for name, digest, length in record:
                if not digest:
                    continue
                octets = archive.read(name)
                self.assertEqual(len(octets), int(length))
                self.assertEqual(hashlib.sha256(octets).digest().hex(), self.hex_of(digest))
                self.assertTrue(name.startswith(("mailmodule/", info + "/")), name)

    @staticmethod
    def hex_of(digest: str) -> str:
        import base64

        return base64.urlsafe_b64decode(digest.removeprefix("sha256=") + "=").hex()

    def test_the_version_is_the_headers(self) -> None:
        import re
        import tomllib

        import mailmodule

        from .place import header

        version = tomllib.loads((FOLDER / "pyproject.toml").read_text("utf-8"))["project"]["version"]
        found = re.search(r'#define MM_VERSION "(.*)"', header().read_text("utf-8"))
        assert found
        self.assertEqual([version] * 3, [found[1], mailmodule.__version__, mailmodule.library_version()])
