"""Mailboxes and queue of the old module, taken over once."""
from __future__ import annotations

import os
from collections.abc import Callable
from ctypes import byref
from dataclasses import dataclass
from typing import Any

from ._abi import structures as s
from ._abi.callbacks import Kept, Registry
from ._abi.library import library
from ._abi.text import decode, encode_optional
from .constants import ErrorCode, ImportFlag
from .engine import Engine


@dataclass(frozen=True)
class ImportedFile:
    """One file of the old module's, and what became of it (mm_import_file)."""

    path: str
    name: str
    folder: str
    octets: int
    error: ErrorCode
    text: str
    known: bool


@dataclass(frozen=True)
class ImportResult:
    """How much was taken over, or would be (mm_import_result)."""

    messages: int
    queued: int
    known: int
    failed: int
    octets: int


# Whoever wants no more raises an exception, which the call then raises.
ImportHandler = Callable[[ImportedFile], None]


class _Run(Kept):
    def __init__(self, handler: ImportHandler | None) -> None:
        super().__init__()
        self.handler = handler


_runs: Registry[_Run] = Registry()


@s.called_by_c(s.mm_import_fn)
def _on_file(file: Any, user: int | None) -> int:
    run = _runs.get(user)
    if run is None or run.handler is None:
        return 0
    with run:
        run.handler(_file(file.contents))
    return ErrorCode.CANCELLED if run.has_kept else 0


def _file(one: s.mm_import_file) -> ImportedFile:
    return ImportedFile(
        decode(one.path), decode(one.name), decode(one.folder), one.octets, ErrorCode(one.error), decode(one.text),
        bool(one.known),
    )


def import_legacy(
    engine: Engine,
    name: str | None = None,
    queue: str | os.PathLike[str] | None = None,
    flags: ImportFlag = ImportFlag(0),
    on_file: ImportHandler | None = None,
) -> ImportResult:
    """Takes over mail of the old module (mm_import_legacy): one user's mailbox or, without a name, those of all; and
    the folder of queued mail, if one is named. What single files failed by is told of them alone."""
    options = s.sized(s.mm_import_options)
    options.name = encode_optional("name", name)
    options.queue = encode_optional("queue", None if queue is None else os.fspath(queue))
    options.flags = flags
    result = s.sized(s.mm_import_result)
    run = _Run(on_file)
    number = _runs.add(run)
    try:
        library().mm_import_legacy(engine.handle, byref(options), _on_file, number, byref(result))
    except Exception:
        run.raise_kept()
        raise
    finally:
        _runs.remove(number)
    run.raise_kept()
    return ImportResult(result.messages, result.queued, result.known, result.failed, result.octets)
