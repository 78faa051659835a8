"""Sessions of a server whose octets the host moves: no socket and no thread of the library's is in them."""
from __future__ import annotations

from collections.abc import Callable
from ctypes import byref, c_int, c_size_t, c_void_p, string_at
from typing import TYPE_CHECKING, Any, NamedTuple

from ._abi import structures as s
from ._abi.callbacks import Logged, Registry
from ._abi.library import is_usable, library
from ._abi.text import encode, encode_optional
from ._closing import Closing
from .constants import SmtpProtocol, Wants

if TYPE_CHECKING:
    from .servers import Pop3Server, SmtpServer

Wake = Callable[[], None]
"""Hears that a session that waits can be stepped again. On any thread; it must not block, nor step it itself."""

_wakes: Registry[Wake] = Registry()


@s.called_by_c(s.mm_wake_fn)
def _on_wake(user: int | None) -> None:
    with Logged("the wake of a stepped session"):
        wake = _wakes.get(user)
        if wake is not None:
            wake()


class Step(NamedTuple):
    """What a step has given: octets to be sent to the client, and what the session waits for."""

    output: bytes
    wants: Wants


class SteppedSession(Closing):
    """A session whose octets the host moves (mm_smtp_stepped, mm_pop3_stepped). One thread at a time.

    The server's handlers run on the thread that is in step. It ends with close, or the block that it is the context of.

    server      which one; it may listen nowhere (PORT_NONE).
    client      the client's IP address; None: it has none, and is not trusted.
    address     the address that it came to; None: not known.
    tls         version and cipher of the TLS that runs already.
    offers_tls  STARTTLS, STLS is offered, for the host has a TLS.
    wake        hears that a session that waits (Wants.WAIT) can go on.
    protocol    of SMTP servers.
    """

    def __init__(
        self, server: SmtpServer | Pop3Server, *, client: str | None = None, client_port: int = 0,
        address: str | None = None, port: int = 0, tls: str | None = None, offers_tls: bool = False,
        wake: Wake | None = None, protocol: SmtpProtocol = SmtpProtocol.SMTP,
    ) -> None:  # fmt: skip
        self._name = server._name
        options = s.sized(getattr(s, f"mm_{self._name}_stepped_options"))
        options.client, options.client_port = encode_optional("client", client), client_port
        options.server, options.server_port = encode_optional("address", address), port
        options.tls, options.offer_tls = encode_optional("tls", tls), offers_tls
        if self._name == "smtp":
            options.protocol = protocol
        handle = c_void_p()
        self._handle: int | None = None
        self._wake = 0
        if wake:
            options.wake = _on_wake
            options.user = self._wake = _wakes.add(wake)
        try:
            self._function("new")(server.handle, byref(options), byref(handle))
        except BaseException:
            _wakes.remove(self._wake)
            raise
        self._handle = handle.value

    def _function(self, verb: str) -> Any:
        return getattr(library(), f"mm_{self._name}_stepped_{verb}")

    def step(self, octets: bytes = b"") -> Step:
        """Gives octets of the client, and carries the session on until it waits for something. The first step has none:
        a server greets. While it does not read it keeps 65,536 octets: a step beyond takes none (ErrorCode.LIMIT).
        """
        output, length, wants = c_void_p(), c_size_t(), c_int()
        self._function("step")(
            self._handle, octets or None, len(octets), byref(output), byref(length), byref(wants)
        )
        return Step(string_at(output.value, length.value) if output.value else b"", Wants(wants.value))

    def begin_tls(self, description: str) -> None:
        """The host's TLS runs (Wants.TLS): octets are those inside it from now on. A step without octets follows.

        description  version and cipher, for Received.
        """
        self._function("begin_tls")(self._handle, encode("description", description))

    @property
    def timeout(self) -> float | None:
        """Seconds until it is to be stepped at the latest, without octets; None: no limit."""
        found = c_int()
        self._function("get_timeout")(self._handle, byref(found))
        return None if found.value < 0 else found.value / 1000

    def close(self) -> None:
        """Ends it. More than once is allowed; inside one of its handlers it is ErrorCode.STATE."""
        self._function("free")(self._handle)
        self._handle = None
        _wakes.remove(self._wake)

    def __del__(self) -> None:
        if getattr(self, "_handle", None) is not None and is_usable():
            self.close()
