"""Sends a message over a TLS connection of Python's own: ssl in memory, over the client's socket.

    python own_tls.py HOST PORT FROM TO [FILE]

FILE has the certificates of authorities that are trusted; without it the system's are.
"""
from __future__ import annotations

import socket
import ssl
import sys
from collections.abc import Callable
from typing import TypeVar

from mailmodule import Engine, Ready, SmtpClient, Transport

T = TypeVar("T")
CONTENT = b"Subject: over Python's own TLS\r\n\r\nHello.\r\n"


class MemoryTls(Transport):
    """TLS between two buffers in memory; what they hold goes over the client's socket, which stays the client's."""

    is_secure = True

    def __init__(self, client: SmtpClient, server_name: str, context: ssl.SSLContext) -> None:
        self._client = client
        self._socket = socket.socket(fileno=client.fileno())
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        self._unsent = b""

    def handshake(self, timeout: float = 30) -> None:
        """The client's own wait, so that a cancel ends it too."""
        while True:
            try:
                return self._step(self._tls.do_handshake)
            except ssl.SSLWantReadError:
                there = self._client.wait(Ready.INPUT, timeout)
            except ssl.SSLWantWriteError:
                there = self._client.wait(Ready.ROOM, timeout)
            if not there:
                raise TimeoutError("the server is silent in the handshake")

    def read(self, size: int) -> bytes:
        try:
            return self._step(lambda: self._tls.read(size))
        except ssl.SSLZeroReturnError:
            return b""

    def write(self, octets: bytes) -> int:
        return self._step(lambda: self._tls.write(octets))

    def close(self) -> None:
        self._socket.detach()

    def _step(self, act: Callable[[], T]) -> T:
        """What was not sent by one call is sent by the next, a read too: which waits for room then."""
        self._flush()
        while True:
            try:
                result = act()
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
                continue
            try:
                self._flush()
            except ssl.SSLWantWriteError:
                pass  # the octets are taken all the same
            return result

    def _flush(self) -> None:
        self._unsent += self._outgoing.read()
        while self._unsent:
            try:
                sent = self._socket.send(self._unsent)
            except BlockingIOError:
                raise ssl.SSLWantWriteError() from None
            self._unsent = self._unsent[sent:]

    def _fill(self) -> None:
        try:
            octets = self._socket.recv(65536)
        except BlockingIOError:
            raise ssl.SSLWantReadError() from None
        if octets:
            self._incoming.write(octets)
        else:
            self._incoming.write_eof()


def start_own_tls(client: SmtpClient, server_name: str, context: ssl.SSLContext) -> None:
    """STARTTLS, and the handshake by Python."""
    client.starttls().raise_for_refusal()
    tls = MemoryTls(client, server_name, context)
    try:
        tls.handshake()
        client.set_transport(tls)
    except BaseException:
        tls.close()
        raise


def main() -> int:
    if len(sys.argv) < 5:
        print(__doc__, file=sys.stderr)
        return 2
    host, port, sender, recipient, *file = sys.argv[1:]
    context = ssl.create_default_context(cafile=file[0] if file else None)
    with Engine() as engine, SmtpClient(engine) as client:
        client.connect(host, int(port)).raise_for_refusal()
        client.ehlo().raise_for_refusal()
        start_own_tls(client, host, context)
        client.ehlo().raise_for_refusal()
        client.mail(sender).raise_for_refusal()
        client.rcpt(recipient).raise_for_refusal()
        client.data().raise_for_refusal()
        print(client.end(CONTENT).raise_for_refusal().text)
        client.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
