"""Mailboxes elsewhere, whose mail is fetched."""
from __future__ import annotations

from collections.abc import Callable
from ctypes import byref, c_void_p
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ._abi import structures as s
from ._abi.callbacks import Kept, Logged, Registry
from ._abi.library import is_usable, library
from ._abi.text import decode, encode, encode_optional, milliseconds, moment
from ._closing import Closing
from .constants import ErrorCode, FetchFlag, Stage, Tls, TlsCheck

if TYPE_CHECKING:
    from .engine import Engine


@dataclass(frozen=True)
class FetchAccount:
    """A POP3 mailbox at another host, and for whom its mail is: a user here, or an address of a local domain
    (mm_fetch_account). timeout: seconds for which the server may be silent, and slower than dos_protect_speed; None: pop_timeout."""

    host: str
    user: str
    password: str
    name: str
    port: int = 0
    tls: Tls = Tls.OPPORTUNISTIC
    tls_check: TlsCheck = TlsCheck.SETTINGS
    flags: FetchFlag = FetchFlag(0)
    most: int = 0
    timeout: float | None = None

    def __repr__(self) -> str:
        return f"FetchAccount({self.user}@{self.host}, name={self.name!r})"  # and not the password


@dataclass(frozen=True)
class FetchResult:
    """What has come of a look at a mailbox (mm_fetch_result). error is ErrorCode.OK where all that is new was
    fetched."""

    account: str
    text: str
    sequence: int
    began: datetime | None
    ended: datetime | None
    next: datetime | None
    octets: int
    found: int
    fetched: int
    known: int
    deleted: int
    refused: int
    left: int
    error: ErrorCode
    stage: Stage


class Fetch(Closing):
    """A look at a mailbox elsewhere, which is begun by making this; close ends the handle, and not the look."""

    def __init__(self, engine: Engine, account: FetchAccount) -> None:
        given = s.sized(s.mm_fetch_account)
        given.host, given.user = encode("host", account.host), encode("user", account.user)
        given.password, given.name = encode("password", account.password), encode("name", account.name)
        given.port, given.tls, given.tls_check = account.port, account.tls, account.tls_check
        given.flags, given.most = account.flags, account.most
        given.timeout_ms = 0 if account.timeout is None else milliseconds(account.timeout)
        self._handle = c_void_p()
        library().mm_fetch_begin(engine.handle, byref(given), byref(self._handle))

    def wait(self, timeout: float | None = None) -> FetchResult:
        """Waits until it has ended. Raises MailModuleError with ErrorCode.TIMEOUT when the time is up; it goes on
        then."""
        library().mm_fetch_wait(self._handle, milliseconds(timeout))
        return self.result

    @property
    def result(self) -> FetchResult:
        """What has come of it so far."""
        found = s.sized(s.mm_fetch_result)
        library().mm_fetch_get_result(self._handle, byref(found))
        return _result(found)

    def cancel(self) -> None:
        """Has it end soon, with ErrorCode.CANCELLED. What was fetched stays here."""
        library().mm_fetch_cancel(self._handle)

    def close(self) -> None:
        """Ends the handle. More than once is allowed."""
        handle, self._handle = getattr(self, "_handle", c_void_p()), c_void_p()
        if handle:
            library().mm_fetch_free(handle)

    def __del__(self) -> None:
        if is_usable():
            self.close()


def fetch_now(engine: Engine, account: str | None = None) -> None:
    """Has mailboxes of the setting fetch looked at now: user@host or user@host:port; None: all of them."""
    library().mm_fetch_now(engine.handle, encode_optional("account", account))


class _List(Kept):
    def __init__(self) -> None:
        super().__init__()
        self.results: list[FetchResult] = []


_lists: Registry[_List] = Registry()


@s.called_by_c(s.mm_fetch_event_fn)
def _on_listed(result: Any, user: int | None) -> None:
    all = _lists.get(user)
    if all is not None:
        with all:
            all.results.append(_result(result.contents))


def fetch_results(engine: Engine) -> list[FetchResult]:
    """What has come of the last look at each mailbox of the setting fetch, in their order."""
    all = _List()
    number = _lists.add(all)
    try:
        library().mm_fetch_list(engine.handle, _on_listed, number)
    finally:
        _lists.remove(number)
    all.raise_kept()
    return all.results


FetchEventHandler = Callable[[FetchResult], None]
_handlers: Registry[FetchEventHandler] = Registry()


@s.called_by_c(s.mm_fetch_event_fn)
def _on_event(result: Any, user: int | None) -> None:
    with Logged("a handler of looks"):
        handler = _handlers.get(user)
        if handler is not None:
            handler(_result(result.contents))


def set_events(engine: Engine, handler: FetchEventHandler | None) -> None:
    """Names the function that hears of looks that have ended, on a thread of the library, one after the other; None:
    nobody hears. An engine has one."""
    if handler is None:
        library().mm_fetch_set_events(engine.handle, s.mm_fetch_event_fn(0), None)
        number = 0
    else:
        number = _handlers.add(handler)
        try:
            library().mm_fetch_set_events(engine.handle, _on_event, number)
        except BaseException:
            _handlers.remove(number)
            raise
    _handlers.remove(engine._fetch_events)
    engine._fetch_events = number


def forget_events(engine: Engine) -> None:
    """Of an engine that is gone."""
    _handlers.remove(engine._fetch_events)


def _result(one: s.mm_fetch_result) -> FetchResult:
    return FetchResult(
        account=decode(one.account),
        text=decode(one.text),
        sequence=one.sequence,
        began=moment(one.began),
        ended=moment(one.ended),
        next=moment(one.next),
        octets=one.octets,
        found=one.found,
        fetched=one.fetched,
        known=one.known,
        deleted=one.deleted,
        refused=one.refused,
        left=one.left,
        error=ErrorCode(one.error),
        stage=Stage(one.stage),
    )
