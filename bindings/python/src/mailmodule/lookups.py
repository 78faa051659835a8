"""Questions that need no connection: mail servers of a domain, a configuration's faults, stored passwords, keys."""
from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterable
from ctypes import create_string_buffer
from dataclasses import dataclass

from ._abi import structures as s
from ._abi.callbacks import Kept, Registry
from ._abi.library import library
from ._abi.text import decode, encode
from .constants import DkimAlgorithm, PasswordForm, Severity
from .engine import Engine

_MOST_HOSTS = 64


@dataclass(frozen=True)
class MailHost:
    """One mail server of a domain: lower preferences are tried first. A host with IPv6 alone has no addresses here."""

    name: str
    preference: int
    addresses: tuple[str, ...]


def find_mx(domain: str) -> list[MailHost]:
    """The mail servers of a domain, the preferred ones first, asked by the default engine. None: MailModuleError."""
    Engine.default()  # whose resolver it is, and which the end of the interpreter has to stop
    found = (s.MailHostInfo * _MOST_HOSTS)()
    count: int = library().FindMX(encode("domain", domain), found, len(found))
    if count == 0:
        library().raise_last()
    return [MailHost(decode(one.name), one.prior, _addresses(one.ip)) for one in found[:count]]


def _addresses(words: Iterable[int]) -> tuple[str, ...]:
    # in network order, as they lie in memory
    return tuple(socket.inet_ntoa(struct.pack("=I", word)) for word in words if word)


@dataclass(frozen=True)
class Finding:
    """What config_check says of a file; line is 0 and key "" where it is about none."""

    severity: Severity
    file: str
    line: int
    key: str
    text: str


class _Check(Kept):
    def __init__(self) -> None:
        super().__init__()
        self.findings: list[Finding] = []


_checks: Registry[_Check] = Registry()


@s.called_by_c(s.mm_config_fn)
def _on_finding(severity: int, file: bytes, line: int, key: bytes, text: bytes, user: int | None) -> None:
    check = _checks.get(user)
    if check is not None:
        with check:
            check.findings.append(Finding(Severity(severity), decode(file), line, decode(key), decode(text)))


def config_check(filename: str | os.PathLike[str]) -> list[Finding]:
    """Reads a configuration file as Engine.load does, and tells all that is wrong or risky. Takes no setting."""
    check = _Check()
    number = _checks.add(check)
    try:
        library().mm_config_check(encode("filename", filename), _on_finding, number, None)
    finally:
        _checks.remove(number)
    check.raise_kept()
    return check.findings


def password_make(password: str, form: PasswordForm = PasswordForm.SCRAM_SHA_256, iterations: int = 0) -> str:
    """The stored form of a password, for the setting user, with a salt of its own each time."""
    given = encode("password", password)
    buffer = create_string_buffer(1024 + 20 * len(given))  # NFKC makes a character at most 18 times as long
    library().mm_password_make(given, form, iterations, buffer, len(buffer), None)
    return decode(buffer.value)


_KEY_ROOM = 4096  # what the header says is enough for either text


@dataclass(frozen=True)
class DkimKey:
    """A key that was made: PKCS#8 in PEM form, for a file, and the text of the TXT record, whole."""

    pem: str
    record: str


def dkim_key_make(algorithm: DkimAlgorithm = DkimAlgorithm.RSA_SHA256, bits: int = 0) -> DkimKey:
    """A key for the setting dkim; the record is that of SELECTOR._domainkey.DOMAIN."""
    pem, record = create_string_buffer(_KEY_ROOM), create_string_buffer(_KEY_ROOM)
    library().mm_dkim_key_make(algorithm, bits, pem, _KEY_ROOM, None, record, _KEY_ROOM, None)
    return DkimKey(decode(pem.value), decode(record.value))
