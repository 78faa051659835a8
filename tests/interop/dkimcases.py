"""Random messages for tests of signatures: folds, blanks, empty lines, eight bits; and what happens to messages on their way."""

import base64
import random
import re

WORDS = [b"a", b"word", b"another", b"  ", b" ", b"\t", b" \t ", b"x.y", b"=3D", "Jörg".encode(), b"\xa0", b"--", b'"q"', b";", b":"]
NAMES = [b"Subject", b"To", b"Cc", b"X-Other", b"Date", b"Message-ID", b"received", b"COMMENTS", b"Content-Type", b"List-Id"]
AUTHOR, OTHER = b"Joe <joe@mail.test>", b"y@z.test"
NO_FIELDS = "lines that are no fields"


class Messages:
    """The same for the same seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def message(self):
        """With CRLF. Its last line may have no end."""
        fields = [self.name(self.random.choice(NAMES)) + self.value() for _ in range(self.random.randrange(8))]
        fields.insert(self.random.randrange(len(fields) + 1), self.name(b"From") + AUTHOR)
        lines = [self.words() for _ in range(self.random.randrange(8))] + [self.random.choice([b"", b"", b"last line"])]
        return b"\r\n".join([*fields, b"", *lines])

    def name(self, name):
        return name + b":" + b" " * self.random.randrange(3)

    def value(self):
        # A fold is followed by text: a line of blanks alone is obsolete, and read differently.
        parts = [b"v" + self.words() + b"w" + self.random.choice([b"", b"", b" \t"]) for _ in range(self.random.randint(1, 3))]
        return (b"\r\n" + self.random.choice([b" ", b"\t"])).join(parts)

    def words(self):
        return b"".join(self.random.choices(WORDS, k=self.random.randrange(6)))

    def altered(self, message):
        """One or two changes: a bit, an octet more or less, something at the end or in front."""
        text = bytearray(message)
        for _ in range(self.random.choice([1, 1, 2])):
            at, way = self.random.randrange(len(text)), self.random.random()
            if way < 0.4:
                text[at] ^= 1 << self.random.randrange(8)
            elif way < 0.6:
                text[at:at] = self.random.choice([b" ", b"\t", b"\r\n", b"\r\n ", b"x"])
            elif way < 0.75:
                del text[at]
            elif way < 0.9:
                text += self.random.choice([b"\r\n", b"\r\n\r\n", b"x", b" ", b" \r\n"])
            else:
                text[0:0] = self.random.choice([b"Subject: x\r\n", b"From: " + OTHER + b"\r\n", b"X: y\r\n"])
        return bytes(text)


def ended(message):
    """With a line end behind the last line, as every message that came by SMTP has."""
    return message if message.endswith(b"\r\n") else message + b"\r\n"


def reason_to_differ(name, message, ours, theirs):
    """Why a program, "dkimpy" or "opendkim", may say something else of a message than we do; empty: it must not.
    ours: our words for its signatures; theirs: whether each is right for it."""
    head = message.partition(b"\r\n\r\n")[0]
    authors = values(head, "from")
    if name == "dkimpy" and len(authors) > 1:
        return "refuses a message of several authors"  # RFC 6376 §8.15: it may
    if name == "dkimpy" and re.search(rb"(?m)^[!-9;-~]+[ \t]+:", head):
        return "leaves blanks before a colon"  # RFC 6376 §3.4.2
    if name == "opendkim" and not theirs:
        if {"neutral", "permerror"} & set(ours):
            return "gives a message up for one signature that cannot be read"
        if not authors or set(authors) - {AUTHOR, OTHER}:
            return "gives a message up whose author it cannot read"
        if re.search(rb"(?m)^[!-9;-~]+[ \t]+:|^[!-9<-~]*;[!-9;-~]*:", head):
            return "gives a message up for a blank before a colon, or a semicolon in a name"
    if re.search(rb"[\v\f]", head):
        return "takes vertical tabs and form feeds for blanks"  # RFC 6376 §2.8
    if name == "opendkim" and not all(is_base64(value) for value in values(head, "dkim-signature")):
        return "takes for b= what is not base64"  # RFC 6376 §3.5
    reason = not_by_smtp(message, head)
    # readers begin the text at such a line: what is there is signed by nobody, but for what is left out in front
    must_fail = reason == NO_FIELDS and not head.startswith((b" ", b"\t"))
    return "" if must_fail and "pass" in ours else reason


def values(head, name):
    """Of the fields of a name, unfolded."""
    return [value.strip() for value in re.findall(rb"(?im)^%b[ \t]*:(.*)$" % name.encode(), re.sub(rb"\r\n[ \t]", b" ", head).replace(b"\r", b""))]


def is_base64(signature):
    """Whether b= is."""
    found = re.search(rb"[; ]b=([^;]*)", signature)
    try:
        return bool(found) and bool(base64.b64decode(re.sub(rb"\s", b"", found[1]), validate=True))
    except ValueError:
        return False


def not_by_smtp(message, head):
    """Why a message is none, so that nothing says what its signatures are worth; empty: it is one."""
    if b"\r" in message.replace(b"\r\n", b"") or b"\n" in message.replace(b"\r\n", b""):
        return "line ends"  # RFC 5321 §2.3.8
    if head.startswith((b" ", b"\t")):
        return NO_FIELDS  # RFC 5322 §2.2
    for line in head.split(b"\r\n"):
        name, colon, _ = line.partition(b":")
        if line[:1] in (b" ", b"\t"):
            if not line.strip():
                return "folds of blanks"  # RFC 5322 §4.2
        elif not colon or not name.rstrip(b" \t") or any(not 33 <= octet <= 126 for octet in name.rstrip(b" \t")):
            return NO_FIELDS  # RFC 5322 §2.2
    return ""
