"""What the end of the interpreter does: no callback may come into Python when Python is gone."""
from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

from ._abi import structures as s
from ._abi.callbacks import logger
from ._abi.library import is_usable, library
from .constants import ErrorCode, LogLevel
from .errors import MailModuleError

if TYPE_CHECKING:
    from .engine import Engine

# Those that are not closed. A set that holds them, so that an engine which nobody names any more still serves.
engines: set[Engine] = set()

# For a callback that is in Python at that moment. One that takes longer is left to the end of the process.
_LAST_CHANCE_MS = 2000


@atexit.register
def _stop_all() -> None:
    if not is_usable():
        return
    for engine in list(engines):
        _stop(engine)


def _stop(engine: Engine) -> None:
    calls = library()
    for timeout in (0, _LAST_CHANCE_MS):
        try:
            calls.mm_engine_stop(engine.handle, timeout)
            return
        except MailModuleError as error:
            if error.code != ErrorCode.TIMEOUT:
                logger.warning("at the end of the process: %s", error)
                return
    logger.warning("at the end of the process a callback of Python has not returned")
    calls.mm_engine_set_log(engine.handle, LogLevel.ERROR, s.mm_log_fn(0), None)
