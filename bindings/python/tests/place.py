"""What tests need: a folder, an engine with servers on loopback, a look into a mailbox, a server of a test's own."""
from __future__ import annotations

import contextlib
import os
import poplib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections.abc import Callable, Iterator
from pathlib import Path

import mailmodule
from mailmodule._abi.library import library

SECONDS = 60.0
"""What is waited for comes at once, or the test has failed."""

USERS = ["anna;secret;;PS", "bert;hidden;;PS"]
DOMAIN = "example.org"


def header() -> Path:
    """The header that the library was installed with; in the project's tree that of the sources."""
    tree = Path(__file__).resolve().parents[3]
    places = [Path(sys.prefix), Path(library().path).resolve().parent.parent, tree]
    named = os.environ.get("MAILMODULE_HEADER")
    for place in ([Path(named)] if named else []) + [place / "include" / "mailmodule.h" for place in places]:
        if place.is_file():
            return place
    raise FileNotFoundError("mailmodule.h; the variable MAILMODULE_HEADER may name it")


class Case(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mailmodule-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def engine(self, **settings: object) -> mailmodule.Engine:
        """An engine for two users, with all its servers on loopback, closed at the end."""
        engine = mailmodule.Engine(
            {
                "mail_root": self.folder / "mail",
                "smtp_name": DOMAIN,
                "smtp_bind": "127.0.0.1",
                "pop_bind": "127.0.0.1",
                "user": USERS,
                # no name server is at hand that could say anything of strangers
                "spf": 0,
                "dkim_verify": 0,
                "arc": 0,
            },
            logger=mailmodule._abi.callbacks.logger,
        )
        self.addCleanup(engine.close, 0)
        for key, value in settings.items():
            engine.settings[key] = value  # type: ignore[assignment]
        return engine

    def smtp_server(self, engine: mailmodule.Engine) -> int:
        """The port of the engine's SMTP server, which is started here."""
        server = mailmodule.SmtpServer(engine, mailmodule.PORT_ANY)
        server.start()
        return server.port

    def fails(self, code: mailmodule.ErrorCode, function: Callable[..., object], *arguments: object) -> str:
        """Fails if the call does not fail with that error; gives its words."""
        with self.assertRaises(mailmodule.MailModuleError) as raised:
            function(*arguments)
        self.assertEqual(code, raised.exception.code, raised.exception)
        return raised.exception.message

    def mailbox(
        self, engine: mailmodule.Engine, user: str = "anna", password: str = "secret", count: int = 1
    ) -> list[bytes]:
        """All messages of a mailbox by POP3, once there are so many: a login waits for mail, but not for long."""
        with mailmodule.Pop3Server(engine, mailmodule.PORT_ANY) as server:
            deadline = time.monotonic() + SECONDS
            while len(messages := self.read(server.port, user, password)) < count and time.monotonic() < deadline:
                time.sleep(0.05)
            return messages

    @staticmethod
    def read(port: int, user: str, password: str) -> list[bytes]:
        pop = poplib.POP3("127.0.0.1", port, timeout=SECONDS)
        pop.user(user)
        pop.pass_(password)
        messages = [b"\n".join(pop.retr(number + 1)[1]) for number in range(pop.stat()[0])]
        pop.quit()
        return messages


_ports = random.sample(range(10000, 32000), 22000)


def free_port() -> int:
    """A port that nobody has and that was not given before, below those that the system gives to connections."""
    while True:
        port = _ports.pop()
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def soon(what: Callable[[], object]) -> bool:
    """Whether it is so, once it is, or when that has taken too long."""
    deadline = time.monotonic() + SECONDS
    while not what() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(what())


@contextlib.contextmanager
def talking(script: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that takes one connection and does with it what the script says; gives its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(SECONDS)

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(SECONDS)
                script(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        with contextlib.suppress(OSError):  # where nobody has come, it waits for somebody
            socket.create_connection(listener.getsockname(), SECONDS).close()
        listener.close()
        thread.join(SECONDS)


def run(source: str, *arguments: str, seconds: float = 3 * SECONDS) -> subprocess.CompletedProcess[str]:
    """Runs Python in a process of its own."""
    command = [sys.executable, "-X", "dev", "-c", source, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
