"""Finding and loading the library; what it cannot be used for."""
from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path
from unittest import mock

from mailmodule import ErrorCode, LibraryNotFound
from mailmodule._abi import library as module

from .place import Case, run

FILE = "libmailmodule.so.1"


def real_file() -> str:
    """Of the library that the tests run with."""
    path = module.library().path
    if os.path.isabs(path):
        return path
    with open("/proc/self/maps", encoding="utf-8") as maps:
        return next(line.split()[-1] for line in maps if line.rstrip().endswith(FILE))


class FindingTests(Case):
    def find(self, **environment: str) -> list[str]:
        with mock.patch.dict(os.environ, environment):
            for name in environment:
                if not environment[name]:
                    os.environ.pop(name)
            return list(module.candidates())

    def test_the_variable_names_a_file_or_its_folder_and_nothing_else_counts(self) -> None:
        self.assertEqual(["/x/own.so"], self.find(MAILMODULE_LIBRARY="/x/own.so"))
        self.assertEqual([str(self.folder / FILE)], self.find(MAILMODULE_LIBRARY=str(self.folder)))

    def test_the_prefix_of_python_comes_first_and_the_systems_loader_then(self) -> None:
        (self.folder / "lib").mkdir()
        own = self.folder / "lib" / FILE
        own.touch()
        with mock.patch.object(sys, "prefix", str(self.folder)):
            found = self.find(MAILMODULE_LIBRARY="")
        self.assertEqual(str(own), found[0])
        self.assertIn(FILE, found)

    def test_the_prefix_that_the_package_was_installed_with_counts(self) -> None:
        (self.folder / "lib").mkdir()
        own = self.folder / "lib" / FILE
        own.touch()
        place = self.folder / "lib" / "python3.11" / "site-packages" / "mailmodule" / "_abi" / "library.py"
        with mock.patch.object(module, "__file__", str(place)):
            self.assertIn(str(own), self.find(MAILMODULE_LIBRARY=""))

    def test_where_it_is_not_the_error_says_how_to_name_it(self) -> None:
        source = "import mailmodule; print(mailmodule.PORT_ANY); mailmodule.Engine()"
        with mock.patch.dict(os.environ, MAILMODULE_LIBRARY=str(self.folder / "none.so")):
            ended = run(source)
        self.assertEqual("-1\n", ended.stdout)  # the import itself asks for nothing
        self.assertIn("LibraryNotFound", ended.stderr)
        self.assertIn("none.so", ended.stderr)
        self.assertIn("MAILMODULE_LIBRARY", ended.stderr)

    def test_a_library_that_is_too_old_or_none_of_ours_is_an_error(self) -> None:
        compiler = shutil.which("gcc") or shutil.which("cc")
        if compiler is None:
            self.skipTest("no C compiler")
        old, other = self.folder / "old.so", self.folder / "other.so"
        for file, text in ((old, "int mm_abi_version(void) { return 0; }"), (other, "int unknown(void) { return 0; }")):
            source = file.with_suffix(".c")
            source.write_text(text)
            subprocess.run([compiler, "-shared", "-fPIC", "-o", str(file), str(source)], check=True)
        with mock.patch.dict(os.environ, MAILMODULE_LIBRARY=str(old)):
            with self.assertRaisesRegex(LibraryNotFound, "too old: its ABI version is 0, and this package needs 1"):
                module.load()
        with mock.patch.dict(os.environ, MAILMODULE_LIBRARY=str(other)):
            with self.assertRaisesRegex(LibraryNotFound, "no function mm_abi_version"):
                module.load()

    def test_a_function_that_a_library_lacks_is_an_error_of_its_call_alone(self) -> None:
        loaded = module.Library(real_file())
        with mock.patch.dict(module.functions.NEW_FORM, {"mm_of_later": (ctypes.c_void_p,)}):
            self.assertIn("mm_of_later", self.fails(ErrorCode.NOT_SUPPORTED, getattr, loaded, "mm_of_later"))
        with self.assertRaises(AttributeError):
            loaded.no_such_function
        self.assertGreater(loaded.mm_abi_version(), 0)

    def test_the_library_has_every_function_of_the_header(self) -> None:
        loaded = module.library()
        for name in [*module.functions.NEW_FORM, *module.functions.OTHERS]:
            with self.subTest(name):
                getattr(loaded, name)

    def test_every_function_that_the_package_names_is_one_of_the_header(self) -> None:
        import re

        known = {*module.functions.NEW_FORM, *module.functions.OTHERS}
        calls: set[str] = set()
        for path in Path(module.__file__).parent.parent.rglob("*.py"):
            text = re.sub(r'_prefix = "mm_\w+"', "", path.read_text("utf-8"))
            calls |= {*re.findall(r"library\(\)\.(\w+)\(", text), *re.findall(r'"(mm_[a-z0-9_]+[a-z0-9])"', text)}
        self.assertGreater(len(calls), 40)
        self.assertEqual(set(), {name for name in calls if name not in known} - {"raise_last", "last_error"})

    def test_every_function_that_a_client_names_behind_its_prefix_is_one_of_the_header(self) -> None:
        import re

        known = {*module.functions.NEW_FORM, *module.functions.OTHERS}
        named = re.compile(r'self\._(?:call|say|text|write)\(\s*"(\w+)"|self\._prefix\}_(\w+)"')
        package = Path(module.__file__).parent.parent
        shared = (package / "_client.py").read_text("utf-8")
        for protocol in ("smtp", "pop3"):
            text = shared + (package / f"{protocol}.py").read_text("utf-8")
            self.assertIn(f'_prefix = "mm_{protocol}"', text)
            calls = {f"mm_{protocol}_{one or other}" for one, other in named.findall(text)}
            self.assertGreater(len(calls), 35)
            self.assertEqual(set(), calls - known)


@unittest.skipUnless(hasattr(os, "fork"), "no fork here")
class ForkTests(Case):
    def test_a_child_after_fork_gets_an_error_and_the_parent_goes_on(self) -> None:
        source = """
import os, sys, mailmodule
with mailmodule.Engine({"mail_root": sys.argv[1], "smtp_bind": "127.0.0.1"}) as engine:
    with mailmodule.SmtpServer(engine, mailmodule.PORT_ANY) as server:
        child = os.fork()
        if child == 0:
            try:
                mailmodule.Engine()
            except mailmodule.MailModuleError as error:
                print("child:", error.code.name, flush=True)
            sys.exit(7)
        print("child ended:", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        print("parent:", server.port > 0)
"""
        ended = run(source, str(self.folder))
        # the child leaves the blocks by errors of the same kind, and its end hangs at nothing
        self.assertIn("child: STATE\n", ended.stdout)
        self.assertIn("child ended: ", ended.stdout)
        self.assertIn("parent: True\n", ended.stdout)
        self.assertEqual(0, ended.returncode, ended.stderr)

    def test_a_pool_of_forked_processes_beside_an_engine_works(self) -> None:
        source = """
import multiprocessing, sys, mailmodule
engine = mailmodule.Engine({"mail_root": sys.argv[1], "smtp_bind": "127.0.0.1"})
mailmodule.SmtpServer(engine, mailmodule.PORT_ANY).start()
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(abs, [-1, -2]))
"""
        ended = run(source, str(self.folder))
        self.assertEqual(("[1, 2]\n", 0), (ended.stdout, ended.returncode), ended.stderr)
