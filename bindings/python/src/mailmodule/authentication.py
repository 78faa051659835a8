"""Whether a message is believed: SPF, DKIM, ARC and DMARC; and signing one, or sealing one that is sent on.

    import mailmodule

    with mailmodule.Engine() as engine:
        for found in mailmodule.dmarc_check(engine, octets, client="192.0.2.1", sender="ann@example.org"):
            print(found.method, found.result.name, found.domain, found.reason)
"""
from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_void_p, cast, create_string_buffer
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, Union, overload

from ._abi import structures as s
from ._abi.callbacks import Logged, Registry
from ._abi.library import is_usable, library
from ._abi.readers import Reader, c_read_now, during_call
from ._abi.text import decode, encode, encode_optional, milliseconds, moment
from ._closing import Closing
from .constants import AuthFlag, AuthResult, DmarcPolicy, ErrorCode
from .errors import MailModuleError
from .mail import ReadyMessage, octets_of

if TYPE_CHECKING:
    from .engine import Engine

_T = TypeVar("_T")
_ROOM = 65536


@dataclass(frozen=True)
class AuthFinding:
    """What one check says (mm_auth_result). Texts are "" and numbers 0 where there is nothing to tell."""

    method: str
    result: AuthResult
    domain: str
    selector: str
    identity: str
    algorithm: str
    signature_start: str
    signed_fields: tuple[str, ...]
    signed_length: int | None
    signed_at: datetime | None
    expires: datetime | None
    key_bits: int
    mechanism: str
    explanation: str
    sealers: tuple[str, ...]
    instances: int
    oldest_pass: int
    policy: DmarcPolicy
    disposition: DmarcPolicy
    policy_domain: str
    organization: str
    overridden_by: str
    reason: str
    flags: AuthFlag

    @property
    def is_helo(self) -> bool:
        """Of SPF: it is about the name in HELO or EHLO."""
        return AuthFlag.HELO in self.flags


class AuthFindings(Closing, Sequence[AuthFinding]):
    """What was found of a message: SPF of HELO and of the sender, each DKIM signature, ARC, DMARC, in this order."""

    def __init__(self, handle: int | None) -> None:
        self._handle = c_void_p(handle)
        count = c_int()
        library().mm_auth_get_count(self._handle, byref(count))
        self._findings = tuple(self._read(index) for index in range(count.value))

    def _read(self, index: int) -> AuthFinding:
        found = s.sized(s.mm_auth_result)
        library().mm_auth_get_result(self._handle, index, byref(found))
        return finding_of(found)

    @overload
    def __getitem__(self, index: int) -> AuthFinding: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[AuthFinding]: ...

    def __getitem__(self, index: int | slice) -> AuthFinding | Sequence[AuthFinding]:
        return self._findings[index]

    def __len__(self) -> int:
        return len(self._findings)

    def __repr__(self) -> str:
        return f"<AuthFindings {' '.join(f'{one.method}={one.result.name.lower()}' for one in self)}>"

    def of(self, method: str) -> tuple[AuthFinding, ...]:
        """Those of one method: "spf", "dkim", "arc", "dmarc"."""
        return tuple(one for one in self._findings if one.method == method)

    def field(self, name: str | None = None) -> bytes:
        """The field Authentication-Results, with CRLF at its end.

        name  who has checked; None: the setting authserv_id.
        """
        given = encode_optional("name", name)
        return _text(lambda *room: library().mm_auth_get_field(self._handle, given, *room))

    def close(self) -> None:
        """Ends what field needs; the findings stay."""
        handle, self._handle = getattr(self, "_handle", c_void_p()), c_void_p()
        if handle:
            library().mm_auth_free(handle)

    def __del__(self) -> None:
        if is_usable():
            self.close()


def finding_of(found: s.mm_auth_result) -> AuthFinding:
    return AuthFinding(
        method=decode(found.method),
        result=AuthResult(found.result),
        domain=decode(found.domain),
        selector=decode(found.selector),
        identity=decode(found.identity),
        algorithm=decode(found.algorithm),
        signature_start=decode(found.signature_start),
        signed_fields=_parts(found.signed_fields, ":"),
        signed_length=None if found.signed_length < 0 else found.signed_length,
        signed_at=moment(found.signed_at),
        expires=moment(found.expires),
        key_bits=found.key_bits,
        mechanism=decode(found.mechanism),
        explanation=decode(found.explanation),
        sealers=_parts(found.sealers, " "),
        instances=found.instances,
        oldest_pass=found.oldest_pass,
        policy=DmarcPolicy(found.policy),
        disposition=DmarcPolicy(found.disposition),
        policy_domain=decode(found.policy_domain),
        organization=decode(found.organization),
        overridden_by=decode(found.overridden_by),
        reason=decode(found.reason),
        flags=AuthFlag(found.flags),
    )


def _parts(value: bytes | None, between: str) -> tuple[str, ...]:
    text = decode(value)
    return tuple(text.split(between)) if text else ()


def _text(call: Callable[[Any, int, Any], object], more: int = 0) -> bytes:
    """A text that a call puts where there is room for it."""
    length = c_size_t()
    buffer = create_string_buffer(_ROOM + more)
    call(buffer, len(buffer), byref(length))
    return buffer.raw[: length.value]


@dataclass(frozen=True)
class _Query:
    """What is asked about (mm_auth_query)."""

    client: str | None = None
    helo: str | None = None
    sender: str | None = None
    message: ReadyMessage | None = None
    path: str | os.PathLike[str] | None = None
    read: Reader | None = None
    trusted_sealers: Sequence[str] | None = None
    timeout: float = 0

    @contextlib.contextmanager
    def to_c(self) -> Iterator[Any]:
        """The structure, for one call, which reads all of it."""
        query = s.sized(s.mm_auth_query)
        for name in ("client", "helo", "sender", "path"):
            setattr(query, name, encode_optional(name, getattr(self, name)))
        if self.trusted_sealers is not None:
            query.trusted_sealers = encode("trusted_sealers", ", ".join(self.trusted_sealers))
        query.timeout_ms = milliseconds(self.timeout)
        octets = None if self.message is None else octets_of(self.message)
        if octets is not None:
            query.message, query.message_size = cast(c_char_p(octets), c_void_p), len(octets)
        if self.read is None:
            yield byref(query)
            return
        with during_call(self.read) as number:
            query.read, query.read_user = c_read_now, number
            yield byref(query)


def _check(name: str, engine: Engine, query: _Query) -> AuthFindings:
    found = c_void_p()
    with query.to_c() as given:
        getattr(library(), name)(engine.handle, given, byref(found))
    return AuthFindings(found.value)


_checks: Registry[Future[AuthFindings]] = Registry()
_signings: Registry[Future[bytes]] = Registry()


@s.called_by_c(s.mm_auth_fn)
def _on_checked(error: int, auth: int | None, user: int | None) -> None:
    with Logged("the end of a check"):
        _end(_checks.remove(user or 0), error, lambda: AuthFindings(auth))


@s.called_by_c(s.mm_sign_fn)
def _on_signed(error: int, fields: bytes, length: int, user: int | None) -> None:
    with Logged("the end of a signature"):
        _end(_signings.remove(user or 0), error, lambda: fields)


def _end(future: Future[_T] | None, error: int, result: Callable[[], _T]) -> None:
    if future is None:
        return
    if error:
        words: bytes = library().mm_strerror(error)
        future.set_exception(MailModuleError(ErrorCode(error), decode(words)))
        return
    try:
        future.set_result(result())
    except BaseException as failure:
        future.set_exception(failure)
        raise


def _begun(registry: Registry[Future[_T]], call: Callable[[int], object]) -> Future[_T]:
    """A future whose end C tells, perhaps before the call has returned. It cannot be cancelled."""
    future: Future[_T] = Future()
    future.set_running_or_notify_cancel()
    number = registry.add(future)
    try:
        call(number)
    except BaseException:
        registry.remove(number)
        raise
    return future


def _start(name: str, engine: Engine, query: _Query) -> Future[AuthFindings]:
    with query.to_c() as given:
        function = getattr(library(), name)
        return _begun(_checks, lambda number: function(engine.handle, given, _on_checked, number))


def spf_check(
    engine: Engine, client: str, *, helo: str | None = None, sender: str | None = None, timeout: float = 0
) -> AuthFindings:
    """Checks by SPF whether a client may use its name in HELO, and the domain of a sender; helo, sender or both.

    sender   "" is the null one, which helo stands for; None: helo alone is checked.
    timeout  seconds; 0: 20, the most.
    """
    return _check("mm_spf_check", engine, _Query(client, helo, sender, timeout=timeout))


def start_spf_check(
    engine: Engine, client: str, *, helo: str | None = None, sender: str | None = None, timeout: float = 0
) -> Future[AuthFindings]:
    """As spf_check, and returns at once."""
    return _start("mm_spf_check_start", engine, _Query(client, helo, sender, timeout=timeout))


def dkim_verify(
    engine: Engine, message: ReadyMessage | None = None, *, path: str | os.PathLike[str] | None = None,
    read: Reader | None = None, timeout: float = 0,
) -> AuthFindings:
    """Verifies the DKIM signatures of a message: octets or one of Python's, or a file, or a function of a size."""
    return _check("mm_dkim_verify", engine, _Query(message=message, path=path, read=read, timeout=timeout))


def start_dkim_verify(
    engine: Engine, message: ReadyMessage | None = None, *, path: str | os.PathLike[str] | None = None,
    read: Reader | None = None, timeout: float = 0,
) -> Future[AuthFindings]:
    """As dkim_verify, and returns when the message is read."""
    return _start("mm_dkim_verify_start", engine, _Query(message=message, path=path, read=read, timeout=timeout))


def arc_validate(
    engine: Engine, message: ReadyMessage | None = None, *, path: str | os.PathLike[str] | None = None,
    read: Reader | None = None, timeout: float = 0,
) -> AuthFindings:
    """Validates the ARC chain of a message."""
    return _check("mm_arc_validate", engine, _Query(message=message, path=path, read=read, timeout=timeout))


def start_arc_validate(
    engine: Engine, message: ReadyMessage | None = None, *, path: str | os.PathLike[str] | None = None,
    read: Reader | None = None, timeout: float = 0,
) -> Future[AuthFindings]:
    """As arc_validate, and returns when the message is read."""
    return _start("mm_arc_validate_start", engine, _Query(message=message, path=path, read=read, timeout=timeout))


def dmarc_check(
    engine: Engine, message: ReadyMessage | None = None, *, client: str | None = None, helo: str | None = None,
    sender: str | None = None, path: str | os.PathLike[str] | None = None, read: Reader | None = None,
    trusted_sealers: Sequence[str] | None = None, timeout: float = 0,
) -> AuthFindings:
    """Checks a message as the library's servers do, by SPF, DKIM, ARC and DMARC, all at once.

    client           the address that it comes from; None: SPF is not checked.
    trusted_sealers  domains whose ARC seals are believed; None: the setting arc_trusted.
    """
    query = _Query(client, helo, sender, message, path, read, trusted_sealers, timeout)
    return _check("mm_dmarc_check", engine, query)


def start_dmarc_check(
    engine: Engine, message: ReadyMessage | None = None, *, client: str | None = None, helo: str | None = None,
    sender: str | None = None, path: str | os.PathLike[str] | None = None, read: Reader | None = None,
    trusted_sealers: Sequence[str] | None = None, timeout: float = 0,
) -> Future[AuthFindings]:
    """As dmarc_check, and returns when the message is read."""
    query = _Query(client, helo, sender, message, path, read, trusted_sealers, timeout)
    return _start("mm_dmarc_check_start", engine, query)


def _options(
    domain: str | None, selector: str | None, key: str | None, key_path: str | os.PathLike[str] | None
) -> Any:
    """With which key; None: with those of the settings."""
    if domain is None and selector is None and key is None and key_path is None:
        return None
    options = s.sized(s.mm_sign_options)
    options.domain, options.selector = encode_optional("domain", domain), encode_optional("selector", selector)
    options.key, options.key_path = encode_optional("key", key), encode_optional("key_path", key_path)
    return byref(options)


def dkim_sign(
    engine: Engine, message: ReadyMessage | None = None, *, domain: str | None = None, selector: str | None = None,
    key: str | None = None, key_path: str | os.PathLike[str] | None = None,
    path: str | os.PathLike[str] | None = None, read: Reader | None = None,
) -> bytes:
    """Signs a message, and gives the fields to put in front of it, each with CRLF at its end.

    domain, selector, key  with which key, as PEM, or key_path, a file with it; without all of these: with those of the
    setting dkim for the domain of the From field.
    """
    options = _options(domain, selector, key, key_path)
    with _Query(message=message, path=path, read=read).to_c() as query:
        return _text(lambda *room: library().mm_dkim_sign(engine.handle, options, query, *room))


def start_dkim_sign(
    engine: Engine, message: ReadyMessage | None = None, *, domain: str | None = None, selector: str | None = None,
    key: str | None = None, key_path: str | os.PathLike[str] | None = None,
    path: str | os.PathLike[str] | None = None, read: Reader | None = None,
) -> Future[bytes]:
    """As dkim_sign, and returns when the message is read."""
    options = _options(domain, selector, key, key_path)
    with _Query(message=message, path=path, read=read).to_c() as query:
        return _begun(
            _signings,
            lambda number: library().mm_dkim_sign_start(engine.handle, options, query, _on_signed, number),
        )


Found = Union[str, bytes, AuthFindings]
"""What was found of a message on its way in: the field Authentication-Results or its value, or the findings."""


def _found(found: Found) -> bytes:
    if isinstance(found, AuthFindings):
        return found.field()
    return found if isinstance(found, bytes) else encode("found", found)


def arc_seal(
    engine: Engine, message: ReadyMessage | None = None, *, found: Found, domain: str | None = None,
    selector: str | None = None, key: str | None = None, key_path: str | os.PathLike[str] | None = None,
    path: str | os.PathLike[str] | None = None, read: Reader | None = None, timeout: float = 0,
) -> bytes:
    """Seals a message that is sent on, and gives the fields to put in front of it, each with CRLF at its end; none if
    its chain takes no more.

    found  what was found of it on its way in.
    domain, selector, key, key_path  as with dkim_sign, and the setting arc_seal.
    """
    options, given = _options(domain, selector, key, key_path), _found(found)
    with _Query(message=message, path=path, read=read, timeout=timeout).to_c() as query:
        return _text(lambda *room: library().mm_arc_seal(engine.handle, options, query, given, *room), len(given))


def start_arc_seal(
    engine: Engine, message: ReadyMessage | None = None, *, found: Found, domain: str | None = None,
    selector: str | None = None, key: str | None = None, key_path: str | os.PathLike[str] | None = None,
    path: str | os.PathLike[str] | None = None, read: Reader | None = None, timeout: float = 0,
) -> Future[bytes]:
    """As arc_seal, and returns when the message is read."""
    options, given = _options(domain, selector, key, key_path), _found(found)
    with _Query(message=message, path=path, read=read, timeout=timeout).to_c() as query:
        return _begun(
            _signings,
            lambda number: library().mm_arc_seal_start(engine.handle, options, query, given, _on_signed, number),
        )
