"""Messages that are read (RFC 5322, MIME), and made. Neither needs an engine."""
from __future__ import annotations

import os
from collections.abc import Iterator
from ctypes import byref, c_char_p, c_int, c_int64, c_size_t, c_void_p, cast, create_string_buffer, string_at
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from ._abi import structures as s
from ._abi.library import is_usable, library
from ._abi.readers import Reader, Reading, c_read_now, during_call, readings
from ._abi.text import decode, encode, encode_optional
from ._closing import Closing
from .constants import ContentForm, MessageFlag, MessageLimit, PartFlag

_PIECE = 65536


@dataclass(frozen=True)
class FoundAddress:
    """One address of a field (mm_address)."""

    address: str
    name: str
    group: str


@dataclass(frozen=True)
class Field:
    """One field of a header (mm_field): raw as it stands, value unfolded, text with encoded-words decoded."""

    number: int
    name: str
    value: str
    text: str
    raw: bytes


@dataclass(frozen=True)
class Part:
    """One part of a message (mm_part). parent, first_child and next are numbers of parts, or None."""

    number: int
    type: str
    charset: str
    encoding: str
    disposition: str
    file_name: str
    safe_name: str
    content_id: str
    description: str
    flags: PartFlag
    offset: int
    octets: int
    depth: int
    children: int
    parent: int | None
    first_child: int | None
    next: int | None

    @property
    def is_attachment(self) -> bool:
        return PartFlag.ATTACHMENT in self.flags


class ParsedMessage(Closing):
    """A message that is read: octets, or one of open_file and open_reader. Ended by close or a with block; its contents
    end with it. Used by one thread at a time.

    max_header, max_parts, max_depth, max_parameters  limits; 0: as the library has them.
    cut  what is beyond a limit is left out, and limits tells of it; else MailModuleError with ErrorCode.LIMIT.
    """

    def __init__(
        self, octets: bytes | bytearray | memoryview, *, max_header: int = 0, max_parts: int = 0, max_depth: int = 0,
        max_parameters: int = 0, cut: bool = False,
    ) -> None:
        given = bytes(octets)
        options = _options(max_header, max_parts, max_depth, max_parameters, cut)
        self._handle = c_void_p()
        library().mm_message_open(given, len(given), byref(options), byref(self._handle))

    @classmethod
    def open_file(
        cls, path: str | os.PathLike[str], *, max_header: int = 0, max_parts: int = 0, max_depth: int = 0,
        max_parameters: int = 0, cut: bool = False,
    ) -> ParsedMessage:
        """A message in a file, which has to stay as it is meanwhile."""
        options = _options(max_header, max_parts, max_depth, max_parameters, cut)
        message = cls.__new__(cls)
        message._handle = c_void_p()
        library().mm_message_open_file(encode("path", path), byref(options), byref(message._handle))
        return message

    @classmethod
    def open_reader(
        cls, read: Reader, *, max_header: int = 0, max_parts: int = 0, max_depth: int = 0, max_parameters: int = 0,
        cut: bool = False,
    ) -> ParsedMessage:
        """A message that a function of a size gives, such as a file's read; asked here until its end."""
        options = _options(max_header, max_parts, max_depth, max_parameters, cut)
        message = cls.__new__(cls)
        message._handle = c_void_p()
        with during_call(read) as number:
            library().mm_message_open_reader(c_read_now, number, byref(options), byref(message._handle))
        return message

    def __del__(self) -> None:
        if is_usable():
            self.close()

    def close(self) -> None:
        """Ends it. More than once is allowed."""
        handle, self._handle = getattr(self, "_handle", c_void_p()), c_void_p()
        if handle:
            library().mm_message_free(handle)

    @property
    def limits(self) -> MessageLimit:
        """Which limits it has passed, as far as it has been looked at."""
        passed = c_int()
        library().mm_message_get_limits(self._handle, byref(passed))
        return MessageLimit(passed.value)

    @property
    def parts(self) -> list[Part]:
        """All parts in the order in which they stand there; the first is the message itself."""
        count = c_int()
        library().mm_message_get_part_count(self._handle, byref(count))
        return [self.part(number) for number in range(count.value)]

    def part(self, number: int) -> Part:
        found = s.sized(s.mm_part)
        library().mm_message_get_part(self._handle, number, byref(found))
        return Part(
            number=number,
            type=decode(found.type),
            charset=decode(found.charset),
            encoding=decode(found.encoding),
            disposition=decode(found.disposition),
            file_name=decode(found.file_name),
            safe_name=decode(found.safe_name),
            content_id=decode(found.content_id),
            description=decode(found.description),
            flags=PartFlag(found.flags),
            offset=found.offset,
            octets=found.octets,
            depth=found.depth,
            children=found.children,
            parent=_or_none(found.parent),
            first_child=_or_none(found.first_child),
            next=_or_none(found.next),
        )

    def fields(self, part: int = 0) -> list[Field]:
        """The header of a part."""
        count = c_int()
        library().mm_message_get_field_count(self._handle, part, byref(count))
        return [self.field(number, part) for number in range(count.value)]

    def field(self, number: int, part: int = 0) -> Field:
        found = s.sized(s.mm_field)
        library().mm_message_get_field(self._handle, part, number, byref(found))
        raw = string_at(found.raw, found.raw_size)
        return Field(number, decode(found.name), decode(found.value), decode(found.text), raw)

    def find(self, name: str, start: int = 0, part: int = 0) -> int | None:
        """The number of the first field of a name from one on."""
        field = c_int()
        library().mm_message_find_field(self._handle, part, encode("name", name), start, byref(field))
        return _or_none(field.value)

    def __getitem__(self, name: str) -> str:
        """The text of the first field of a name in the message's own header; "" if there is none."""
        text = c_char_p()
        library().mm_message_get_text(self._handle, encode("name", name), byref(text))
        return decode(text.value)

    def addresses(self, name: str) -> list[FoundAddress]:
        """Those of all fields of a name in the message's own header."""
        found: list[FoundAddress] = []
        field = self.find(name)
        while field is not None:
            found += self._addresses(field)
            field = self.find(name, field + 1)
        return found

    def _addresses(self, field: int) -> Iterator[FoundAddress]:
        count, one = c_int(), s.sized(s.mm_address)
        library().mm_message_get_address_count(self._handle, 0, field, byref(count))
        for number in range(count.value):
            library().mm_message_get_address(self._handle, 0, field, number, byref(one))
            yield FoundAddress(decode(one.address), decode(one.name), decode(one.group))

    def date(self, name: str = "Date") -> datetime | None:
        """The time of the first field of a name, by the sender's own clock."""
        field, time, offset = self.find(name), c_int64(), c_int()
        if field is None:
            return None
        library().mm_message_get_date(self._handle, 0, field, byref(time), byref(offset))
        zone = timezone(timedelta(minutes=offset.value))
        moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=time.value)
        return moment.astimezone(zone) if time.value else None

    def parameters(self, name: str, part: int = 0) -> dict[str, str]:
        """Those of the first field of a name, such as Content-Type."""
        field, count, one = self.find(name, 0, part), c_int(), s.sized(s.mm_parameter)
        if field is None:
            return {}
        library().mm_message_get_parameter_count(self._handle, part, field, byref(count))
        found = {}
        for number in range(count.value):
            library().mm_message_get_parameter(self._handle, part, field, number, byref(one))
            found[decode(one.name)] = decode(one.value)
        return found

    def pieces(self, part: int, form: ContentForm = ContentForm.DECODED) -> Iterator[bytes]:
        """The content of a part, piece by piece."""
        content = c_void_p()
        library().mm_content_open(self._handle, part, form, byref(content))
        try:
            buffer, length = create_string_buffer(_PIECE), c_size_t()
            while True:
                library().mm_content_read(content, buffer, len(buffer), byref(length))
                if length.value == 0:
                    return
                yield buffer.raw[: length.value]
        finally:
            if is_usable() and self._handle:
                library().mm_content_close(content)

    def content(self, part: int, form: ContentForm = ContentForm.DECODED) -> bytes:
        """The whole content of a part."""
        return b"".join(self.pieces(part, form))

    def text(self, part: int) -> str:
        """The content of a text/... part, whatever its character set."""
        return self.content(part, ContentForm.TEXT).decode("utf-8", "replace")


@dataclass(frozen=True)
class Attachment:
    """What goes with a message (mm_attachment): its octets are content, or come from a file or a function of a size.

    content_id  by which HTML shows it; None: it is an attachment.
    """

    name: str | None = None
    type: str | None = None
    content: bytes | None = None
    path: str | os.PathLike[str] | None = None
    read: Reader | None = None
    content_id: str | None = None


class ComposedMessage(Closing):
    """A message that is made: fields, texts and attachments are added, then it is read, once. Its method read is a
    Reader: Message.set_reader and SmtpMessage take it."""

    def __init__(self) -> None:
        self._handle = c_void_p()
        self._readings: dict[int, Reading] = {}
        library().mm_compose_new(byref(self._handle))

    def __del__(self) -> None:
        if is_usable():
            self.close()

    def close(self) -> None:
        """Ends it. More than once is allowed."""
        handle, self._handle = getattr(self, "_handle", c_void_p()), c_void_p()
        if handle:
            library().mm_compose_free(handle)
        for number in getattr(self, "_readings", ()):
            readings.remove(number)

    def add_field(self, name: str, text: str) -> None:
        """Adds a field: an address list for From, To and their like, else text."""
        library().mm_compose_add_field(self._handle, encode("name", name), encode("text", text))

    def set_text(self, text: str | None) -> None:
        library().mm_compose_set_text(self._handle, encode_optional("text", text))

    def set_html(self, html: str | None) -> None:
        library().mm_compose_set_html(self._handle, encode_optional("html", html))

    def attach(self, attachment: Attachment) -> None:
        given = s.sized(s.mm_attachment)
        given.name = encode_optional("name", attachment.name)
        given.type = encode_optional("type", attachment.type)
        given.content_id = encode_optional("content_id", attachment.content_id)
        given.path = encode_optional("path", attachment.path)
        content = None if attachment.content is None else bytes(attachment.content)
        if content is not None:
            given.content, given.content_size = cast(c_char_p(content), c_void_p), len(content)
        if attachment.read is not None:
            reading = Reading(attachment.read)
            given.user = readings.add(reading)
            given.read = c_read_now
            self._readings[given.user] = reading
        library().mm_compose_attach(self._handle, byref(given))

    def read(self, size: int) -> bytes:
        """At most so many octets of the message; none at its end. Raises what an attachment's reader raises."""
        buffer, length = create_string_buffer(size), c_size_t()
        self._call(lambda: library().mm_compose_read(buffer, size, byref(length), self._handle))
        return buffer.raw[: length.value]

    def write_file(self, path: str | os.PathLike[str]) -> None:
        """Reads the whole message into a file that is not there yet."""
        self._call(lambda: library().mm_compose_write_file(self._handle, encode("path", path)))

    def __bytes__(self) -> bytes:
        return b"".join(iter(lambda: self.read(_PIECE), b""))

    def _call(self, call: Any) -> None:
        try:
            call()
        finally:
            for reading in self._readings.values():
                reading.raise_kept()


def _or_none(number: int) -> int | None:
    return None if number < 0 else number


def _options(max_header: int, max_parts: int, max_depth: int, max_parameters: int, cut: bool) -> s.mm_message_options:
    options = s.sized(s.mm_message_options)
    options.max_header, options.max_parts = max_header, max_parts
    options.max_depth, options.max_parameters = max_depth, max_parameters
    options.flags = MessageFlag.CUT if cut else 0
    return options
