"""An SMTP server that does as a test tells it: what no real server does, at the stage where it is wanted.

    Rogue(address, port, rcpt=[say("451 4.2.1 later")])       the first RCPT is put off, every later one taken
    Rogue(address, port, dot=always(lose))                    the connection is lost after each final dot

Stages: greeting, ehlo, helo, lhlo, starttls, auth, mail, rcpt, data, text, dot, bdat, rset, noop, vrfy, quit. A stage's list is used
up command by command, over all connections; then the server is a good one. "text" comes before the message is read, "bdat" behind
its chunk.
"""

import contextlib
import itertools
import select
import socket
import ssl
import struct
import threading


def say(*lines):
    """A reply of these lines, as they are: "250-one", "250 two"."""
    return lambda session, line: session.write("".join(text + "\r\n" for text in lines).encode("latin-1"))


def raw(octets, piece=0, pause=0.0):
    """Octets, in pieces with a pause between them."""
    def act(session, line):
        for at in range(0, len(octets), piece or len(octets)):
            session.write(octets[at:at + (piece or len(octets))])
            if pause and session.server.over.wait(pause):
                raise Gone
    return act


def lose(session, line):
    """Closes without a word."""
    raise Gone


def reset(session, line):
    """Closes so that the other side gets an error, not an end."""
    session.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise Gone


def hang(session, line):
    """Says nothing until the server ends or the client does."""
    session.wait_for_client()
    raise Gone


def after(*acts):
    """One act after the other."""
    def act(session, line):
        for one in acts:
            one(session, line)
    return act


def as_usual(session, line):
    getattr(session, "good_" + session.stage)(line)


def always(act):
    return itertools.repeat(act)


class Gone(Exception):
    pass


class Message:
    def __init__(self, sender):
        self.sender, self.recipients, self.text, self.session = sender, [], None, None

    @staticmethod
    def path(line):
        return line[line.index("<") + 1:line.index(">")]

    @property
    def to(self):
        return [self.path(line) for line in self.recipients]


class Rogue:
    """`messages`: what got its 250. `seen`: what came to a final dot, taken or not. `lines`: each command, in order."""

    CAPABILITIES = ("PIPELINING", "8BITMIME", "SIZE 0", "ENHANCEDSTATUSCODES", "DSN")

    def __init__(self, address, port, name="rogue.example.net", capabilities=CAPABILITIES, certificate=None, implicit=False, **stages):
        self.address, self.port, self.name, self.capabilities, self.implicit = address, port, name, capabilities, implicit
        self.stages = {stage: iter(acts) for stage, acts in stages.items()}
        self.messages, self.seen, self.lines, self.peers, self.sessions = [], [], [], [], []
        self.over, self.lock = threading.Event(), threading.Lock()
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(*certificate)

    def start(self):
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        self.listener = socket.socket(family)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((self.address, self.port))
        self.listener.listen(512)
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def stop(self):
        self.over.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            for session in self.sessions:
                session.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def accept(self):
        while not self.over.is_set():
            try:
                self.waiting()
                with self.lock:  # who is connected is here at any time among those who wait, or among the sessions
                    client, peer = self.listener.accept()
                    session = Session(self, client)
                    self.sessions.append(session)
                    self.peers.append(peer[0])
            except (OSError, ValueError):
                return
            threading.Thread(target=session.run, daemon=True).start()

    def waiting(self, milliseconds=None):
        """Whether somebody waits to be let in, once it is so or the time is up."""
        poll = select.poll()
        poll.register(self.listener, select.POLLIN)
        return bool(poll.poll(milliseconds))

    def is_idle(self):
        """Nobody is connected, or waits to be."""
        with self.lock:
            return not self.waiting(0) and all(session.ended for session in self.sessions)

    def act(self, stage):
        with self.lock:
            return next(self.stages.get(stage, iter(())), as_usual)

    def verbs(self):
        return [line.split(" ")[0].split(":")[0].upper() for line in self.lines]


class Session:
    def __init__(self, server, client):
        self.server, self.socket, self.stage = server, client, "greeting"
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # what was said before a reset has left
        self.file = client.makefile("rb")
        self.message = None
        self.encrypted = self.ended = False

    def run(self):
        with contextlib.suppress(OSError, Gone, ValueError):
            try:
                if self.server.implicit:
                    self.encrypt()
                self.do("greeting", "")
                while line := self.file.readline():
                    self.command(line.decode("latin-1").rstrip("\r\n"))
            finally:
                self.close()
                self.ended = True

    def close(self):
        # makefile holds the descriptor open: shutdown is what the other side sees; not after a reset was asked for
        with contextlib.suppress(OSError):
            if self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8) == struct.pack("ii", 0, 0):
                self.socket.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError, ValueError):
            self.file.close()
        with contextlib.suppress(OSError):
            self.socket.close()

    def write(self, octets):
        self.has_spoken = True
        self.socket.sendall(octets)

    def reply(self, *lines):
        self.write("".join(line + "\r\n" for line in lines).encode("latin-1"))

    def wait_for_client(self):
        while self.file.read1(65536):
            pass

    def command(self, line):
        with self.server.lock:
            self.server.lines.append(line)
        stage = line.split(" ")[0].split(":")[0].lower()
        if not hasattr(self, "good_" + stage):
            self.reply("502 5.5.2 what?")
            return
        if stage == "bdat":
            self.chunk = self.file.read(int(line.split()[1]))
        self.do(stage, line)
        if stage == "data" and self.stage == "text":
            self.read_text()

    def do(self, stage, line):
        self.stage = stage
        self.server.act(stage)(self, line)

    def read_text(self):
        """What is answered at the stage "text" is not taken, whether the client has heard that before it sent it or not."""
        self.has_spoken = False
        self.do("text", "")
        is_refused = self.has_spoken
        lines = []
        while (line := self.file.readline()) != b".\r\n":
            if not line:
                raise Gone
            lines.append(line[1:] if line.startswith(b".") else line)
        message, self.message = self.message, None
        if is_refused:
            return
        message.text = b"".join(lines)
        with self.server.lock:
            self.server.seen.append(message)
        self.finished = message
        self.do("dot", "")

    # what a good server does

    def good_greeting(self, line):
        self.reply(f"220 {self.server.name} ESMTP")

    def good_ehlo(self, line):
        offers = list(self.server.capabilities)
        if self.server.tls and not self.encrypted:
            offers.append("STARTTLS")
        words = [self.server.name, *offers]
        self.reply(*["250-" + word for word in words[:-1]], "250 " + words[-1])

    good_lhlo = good_ehlo

    def good_helo(self, line):
        self.reply("250 " + self.server.name)

    def good_starttls(self, line):
        self.reply("220 2.0.0 go ahead")
        self.encrypt()

    def encrypt(self):
        self.socket = self.server.tls.wrap_socket(self.socket, server_side=True)
        self.file = self.socket.makefile("rb")
        self.encrypted = True

    def good_auth(self, line):
        self.reply("535 5.7.8 no")

    def good_mail(self, line):
        self.message = Message(line)
        self.message.session = self
        self.reply("250 2.1.0 ok")

    def good_rcpt(self, line):
        if not self.message:
            return self.reply("503 5.5.1 MAIL first")
        self.message.recipients.append(line)
        self.reply("250 2.1.5 ok")

    def good_data(self, line):
        if not self.message or not self.message.recipients:
            return self.reply("554 5.5.1 no valid recipients")
        self.reply("354 go on")
        self.stage = "text"

    def good_text(self, line):
        pass

    def good_dot(self, line):
        with self.server.lock:
            self.server.messages.append(self.finished)
        self.reply("250 2.0.0 taken")

    def good_bdat(self, line):
        if not self.message or not self.message.recipients:
            return self.reply("503 5.5.1 no valid recipients")
        self.message.text = (self.message.text or b"") + self.chunk
        if line.upper().endswith(" LAST"):
            self.finished, self.message = self.message, None
            with self.server.lock:
                self.server.seen.append(self.finished)
                self.server.messages.append(self.finished)
        return self.reply("250 2.0.0 ok")

    def good_rset(self, line):
        self.message = None
        self.reply("250 2.0.0 ok")

    def good_noop(self, line):
        self.reply("250 2.0.0 ok")

    def good_vrfy(self, line):
        self.reply("252 2.1.5 cannot say")

    def good_quit(self, line):
        self.reply("221 2.0.0 bye")
        raise Gone


class Unanswered:
    """A port whose connection attempts get no answer at all: its backlog is full."""

    def __init__(self, address, port):
        self.listener, self.filler = socket.socket(), [socket.socket() for _ in range(3)]
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((address, port))
        self.listener.listen(0)
        for s in self.filler:
            s.setblocking(False)
            s.connect_ex((address, port))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for s in (*self.filler, self.listener):
            s.close()
