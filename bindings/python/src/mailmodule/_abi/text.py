"""Text and times across the border: UTF-8 that ends with NUL, and milliseconds."""
from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone

from ..constants import ErrorCode
from ..errors import MailModuleError

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_LONGEST = 2147483647


def encode(name: str, value: str | os.PathLike[str]) -> bytes:
    """The text of an argument, which C would take to end at a NUL within it."""
    text = os.fspath(value)
    if not isinstance(text, str):
        raise TypeError(f"{name} must be text, not {type(value).__name__}")
    if "\0" in text:
        raise MailModuleError(ErrorCode.ARGUMENT, f"{name}: a NUL in a text")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise MailModuleError(ErrorCode.ARGUMENT, f"{name}: not UTF-8") from None


def encode_optional(name: str, value: str | os.PathLike[str] | None) -> bytes | None:
    return None if value is None else encode(name, value)


def decode(value: bytes | None) -> str:
    """A text of the library; one of others' octets, such as a reply, may not be UTF-8."""
    return "" if value is None else value.decode("utf-8", "replace")


def milliseconds(seconds: float | None) -> int:
    """A time-out of Python's form; None is without limit. What is above 0 stays above 0."""
    if seconds is None:
        return -1
    if seconds < 0:
        raise MailModuleError(ErrorCode.ARGUMENT, "timeout: below 0")
    whole = int(seconds * 1000)
    return min(max(whole, 1 if seconds > 0 else 0), _LONGEST)


def moment(value: int) -> datetime | None:
    """A time of a structure; 0 is "not known"."""
    return _EPOCH + timedelta(milliseconds=value) if value else None
