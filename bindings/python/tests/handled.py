"""What tests of handlers need: handlers that write down what they hear, and a server with them."""
from __future__ import annotations

import smtplib
import threading
from typing import Any

from mailmodule import PORT_ANY, Answer, Session, SmtpHandlers, SmtpServer

from .place import SECONDS, Case

MESSAGE = b"Subject: hello\r\n\r\n.dot\r\n"
STEPS = [name for name in vars(SmtpHandlers) if not name.startswith("_")]


class Recorder(SmtpHandlers):
    """Every step with its arguments; answers as the table says."""

    def __init__(self, answers: dict[str, Any] | None = None) -> None:
        self.heard: list[tuple[Any, ...]] = []
        self.closed = threading.Event()
        for step in STEPS:
            setattr(self, step, self._recorded(step, (answers or {}).get(step)).__get__(self))

    def _recorded(self, step: str, answer: Any) -> Any:
        def handler(self: Recorder, session: Session, *arguments: Any) -> Answer:
            self.heard.append((step, *arguments))
            if step == "close":
                self.closed.set()
            result: Answer = answer(session, *arguments) if callable(answer) else answer
            return result

        return handler

    def __getitem__(self, step: str) -> list[list[Any]]:
        return [arguments for name, *arguments in self.heard if name == step]


class HandlerCase(Case):
    def serve(self, handlers: SmtpHandlers, **settings: object) -> SmtpServer:
        self.kept = self.engine(**settings)
        server = SmtpServer(self.kept, PORT_ANY, handlers=handlers)
        server.start()
        return server

    def connect(self, server: SmtpServer) -> smtplib.SMTP:
        client = smtplib.SMTP("127.0.0.1", server.port, "client.example.net", timeout=SECONDS)
        self.addCleanup(client.close)
        return client

    def send(self, client: smtplib.SMTP, *recipients: str) -> None:
        client.sendmail("carl@example.net", recipients or ["anna@example.org"], MESSAGE)
