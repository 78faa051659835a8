"""Finds the shared library, loads it at the first call that needs it, and calls it."""
from __future__ import annotations

import ctypes
import ctypes.util
import os
import sys
import sysconfig
import threading
from pathlib import Path
from typing import Any, Iterator

from ..constants import ABI_VERSION, ErrorCode
from ..errors import LibraryNotFound, MailModuleError
from . import functions

VARIABLE = "MAILMODULE_LIBRARY"
_NAME = "mailmodule.dll" if os.name == "nt" else "libmailmodule.so.1"


class Library:
    """A loaded library: its functions are attributes, looked up at their first use.

    A function of the new form raises MailModuleError where the header says that it returns an error.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._dll = ctypes.CDLL(path)

    def __getattr__(self, name: str) -> Any:
        if name not in functions.NEW_FORM and name not in functions.OTHERS:
            raise AttributeError(name)
        try:
            function: Any = self._dll[name]
        except AttributeError:
            raise MailModuleError(ErrorCode.NOT_SUPPORTED, f"{self.path} has no function {name}") from None
        if name in functions.NEW_FORM:
            function.argtypes = functions.NEW_FORM[name]
            function.restype = ctypes.c_int
            function.errcheck = self._check
        else:
            function.restype, function.argtypes = functions.OTHERS[name]
        setattr(self, name, function)
        return function

    def _check(self, result: int, function: Any, arguments: Any) -> int:
        if result < 0:
            raise self.last_error(result)
        return result

    def last_error(self, code: int) -> MailModuleError:
        """What the calling thread's last call has failed with: directly after it."""
        words: bytes = self.mm_last_error_message()
        return MailModuleError(ErrorCode(code), words.decode("utf-8", "replace"))

    def raise_last(self) -> None:
        """For functions of the old part, whose results do not say whether they failed."""
        code: int = self.mm_last_error()
        if code < 0:
            raise self.last_error(code)


def _below(prefix: str) -> Iterator[str]:
    """Its files of that name, where installations put libraries."""
    multiarch = sysconfig.get_config_var("MULTIARCH") or ""
    for folder in ("lib", os.path.join("lib", multiarch), "lib64", "bin"):
        place = os.path.join(prefix, folder, _NAME)
        if os.path.isfile(place):
            yield place


def _own_prefix() -> str:
    """The prefix that this package was installed with, which may be another than Python's."""
    for parent in Path(__file__).parents:
        if parent.name in ("lib", "lib64", "Lib"):
            return str(parent.parent)
    return sys.prefix


def candidates() -> Iterator[str]:
    """Where it may be: what the variable names, or else the nearest first."""
    named = os.environ.get(VARIABLE)
    if named:
        yield str(Path(named) / _NAME) if os.path.isdir(named) else named
        return
    yield from _below(sys.prefix)
    yield from _below(_own_prefix())
    yield _NAME  # the system's loader: LD_LIBRARY_PATH, ldconfig
    for prefix in ("/usr/local", sys.base_prefix, "/usr"):
        yield from _below(prefix)
    found = ctypes.util.find_library("mailmodule")
    if found:
        yield found


def load() -> Library:
    """Loads the first that can be loaded, and looks whether it is new enough."""
    reason = ""
    for path in candidates():
        try:
            return _new_enough(Library(path))
        except OSError as error:
            reason = reason or str(error)
    raise LibraryNotFound(
        f"the library of MailModule cannot be loaded: {reason}; where it is, the variable {VARIABLE} may say "
        f"(a file, or the folder with {_NAME})"
    )


def _new_enough(loaded: Library) -> Library:
    try:
        version: int = loaded.mm_abi_version()
    except MailModuleError as error:
        raise LibraryNotFound(f"no library of MailModule: {error.message}") from None
    if version < ABI_VERSION:
        raise LibraryNotFound(
            f"{loaded.path} is too old: its ABI version is {version}, and this package needs {ABI_VERSION} or later"
        )
    return loaded


_lock = threading.Lock()
_loaded: Library | None = None
_forked = False


def library() -> Library:
    """The library, which every call of this package asks for anew: so a child after fork() is told, and not hung."""
    global _loaded
    if _forked:
        raise MailModuleError(ErrorCode.STATE, "the library cannot be used in a child after fork(); start one by exec")
    if _loaded is None:
        with _lock:
            if _loaded is None:
                _loaded = load()
    return _loaded


def is_usable() -> bool:
    """Whether it is loaded, and this process may call it."""
    return _loaded is not None and not _forked


def _after_fork() -> None:
    global _forked, _lock
    _forked = _loaded is not None
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
