"""The servers of the default engine: every action with its arguments, every kind of answer."""
from __future__ import annotations

import logging
import poplib
import smtplib
import tempfile
import threading
import unittest
from pathlib import Path
from typing import Any

import mailmodule
from mailmodule import TAKEN, Action, Engine, ErrorCode, Request

from .place import SECONDS, Case, free_port


class RequestTests(Case):
    folder_of_all: tempfile.TemporaryDirectory[str]
    smtp_port: int
    pop_port: int

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder_of_all = tempfile.TemporaryDirectory(prefix="mailmodule-")
        cls.smtp_port, cls.pop_port = free_port(), free_port()
        Engine.default().settings.update(
            {
                "mail_root": Path(cls.folder_of_all.name) / "mail",
                "smtp_name": "example.org",
                "smtp_bind": "127.0.0.1",
                "pop_bind": "127.0.0.1",
                "user": ["anna;secret;;PS"],
            }
        )

    @classmethod
    def tearDownClass(cls) -> None:
        Engine.default().stop(0)
        cls.folder_of_all.cleanup()

    def serve(self, handler: mailmodule.Handler | None, mask: Action = Action.ALL) -> None:
        self.requests: list[dict[str, Any]] = []
        mailmodule.set_smtp_server(handler, self.smtp_port, mask)
        mailmodule.set_pop3_server(handler, self.pop_port, mask)

    def send(self, sender: str = "carl@example.org") -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=SECONDS) as client:
            client.sendmail(sender, ["anna@example.org", "postmaster@example.org"], "Subject: hello\n\n.dot\n")

    def pop(self, user: str = "anna", password: str = "secret") -> poplib.POP3:
        pop = poplib.POP3("127.0.0.1", self.pop_port, timeout=SECONDS)
        self.addCleanup(pop.close)
        pop.user(user)
        pop.pass_(password)
        return pop

    def test_every_action_comes_with_its_arguments(self) -> None:
        heard: list[tuple[Any, ...]] = []

        def handler(request: Request) -> None:
            self.assertEqual("127.0.0.1", request.remote_address[0])
            self.assertGreater(request.fileno(), 0)
            values = {
                Action.SMTP_CONNECT: (request.address,),
                Action.SMTP_SENDMSG: (request.sender, request.recipients, request.helo[:1]),
                Action.POP_LOGIN: (request.user, request.password, request.auth_name, request.auth_password),
                Action.POP_GETMSG: (request.number, request.user, len(request.name) > 0),
                Action.POP_DELMSG: (request.number, request.user, len(request.name) > 0),
            }
            heard.append((request.action, *values[request.action]))

        self.serve(handler)
        self.send()
        pop = self.pop()
        number = pop.stat()[0]
        pop.retr(number)
        pop.dele(number)
        pop.quit()
        self.assertEqual((Action.SMTP_CONNECT, "127.0.0.1"), heard[0])
        both = ("anna@example.org", "postmaster@example.org")
        self.assertEqual((Action.SMTP_SENDMSG, "carl@example.org", both), heard[1][:3])
        self.assertIn(heard[1][3], "[" + "abcdefghijklmnopqrstuvwxyz" + "0123456789")
        self.assertEqual((Action.POP_LOGIN, "anna", "secret", "anna", "secret"), heard[2])
        self.assertEqual((Action.POP_GETMSG, number, "anna", True), heard[3])
        self.assertEqual((Action.POP_DELMSG, number, "anna", True), heard[4])

    def test_a_refusal_is_heard_in_the_handlers_words(self) -> None:
        self.serve(lambda request: request.refuse(552, "not today", "5.3.4"), Action.SMTP_SENDMSG)
        with self.assertRaises(smtplib.SMTPDataError) as raised:
            self.send()
        self.assertEqual((552, b"5.3.4 not today"), raised.exception.args)

    def test_a_handler_that_raises_is_logged_and_the_client_may_come_again(self) -> None:
        def handler(request: Request) -> None:
            raise RuntimeError("a handler fails")

        self.serve(handler, Action.SMTP_SENDMSG | Action.POP_LOGIN)
        with self.assertLogs("mailmodule", logging.ERROR) as heard:
            with self.assertRaises(smtplib.SMTPDataError) as raised:
                self.send()
            with self.assertRaises(poplib.error_proto):
                self.pop()
        self.assertEqual(451, raised.exception.smtp_code)
        self.assertEqual(2, sum("a handler fails" in line for line in heard.output))

    def test_a_handler_that_answers_nonsense_is_logged(self) -> None:
        self.serve(lambda request: "no number", Action.SMTP_SENDMSG)  # type: ignore[arg-type, return-value]
        with self.assertLogs("mailmodule", logging.ERROR), self.assertRaises(smtplib.SMTPDataError):
            self.send()

    def test_a_message_may_be_taken_by_the_handler(self) -> None:
        taken: list[bytes] = []

        def handler(request: Request) -> int:
            content = b""
            while piece := request.recv():
                content += piece
            taken.append(content)
            return TAKEN

        before = self.count()
        self.serve(handler, Action.SMTP_SENDMSG)
        self.send()
        self.assertEqual([b"Subject: hello\r\n\r\n.dot\r\n"], taken)
        self.assertEqual(before, self.count())

    def count(self) -> int:
        self.serve(None)
        pop = self.pop()
        number = pop.stat()[0]
        pop.quit()
        return number

    def test_a_handler_may_write_the_message_that_is_asked_for(self) -> None:
        def handler(request: Request) -> int:
            request.send(b"Subject: of the handler\r\n\r\n")
            request.send(b"")
            request.send(b".dot\r\n")
            return TAKEN

        self.serve(None)
        self.send()
        self.serve(handler, Action.POP_GETMSG)
        self.assertEqual([b"Subject: of the handler", b"", b".dot"], self.pop().retr(1)[1])

    def test_a_handler_may_vouch_for_a_user(self) -> None:
        self.serve(lambda request: TAKEN if request.password == "token" else request.refuse(550), Action.POP_LOGIN)
        self.pop("anna", "token").quit()
        with self.assertRaises(poplib.error_proto):
            self.pop("anna", "secret")

    def test_a_session_is_the_same_for_all_requests_of_a_connection_and_gone_after_it(self) -> None:
        from mailmodule import requests

        seen: list[list[str]] = []
        ended = threading.Event()

        class Mark:
            def __del__(self) -> None:
                ended.set()

        def handler(request: Request) -> None:
            if request.action == Action.SMTP_CONNECT:
                request.session["mark"] = Mark()
            request.session.setdefault("actions", []).append(request.action.name)
            seen.append(list(request.session["actions"]))

        self.serve(handler, Action.SMTP_CONNECT | Action.SMTP_SENDMSG)
        self.send()
        self.assertEqual([["SMTP_CONNECT"], ["SMTP_CONNECT", "SMTP_SENDMSG"]], seen)
        self.assertTrue(ended.wait(SECONDS))
        self.assertEqual({}, requests._sessions._objects)

    def test_stopping_the_engine_in_a_handler_is_an_error(self) -> None:
        codes: list[ErrorCode] = []

        def handler(request: Request) -> None:
            try:
                Engine.default().stop(0)
            except mailmodule.MailModuleError as error:
                codes.append(error.code)

        self.serve(handler, Action.SMTP_SENDMSG)
        self.send()
        self.assertEqual([ErrorCode.STATE], codes)

    def test_a_request_whose_handler_has_returned_answers_no_more(self) -> None:
        kept: list[Request] = []
        self.serve(kept.append, Action.SMTP_SENDMSG)
        self.send()
        for ask in (kept[0].recv, lambda: kept[0].remote_address, lambda: kept[0].auth_name, kept[0].fileno):
            with self.assertRaises(mailmodule.MailModuleError):
                ask()

    def test_a_server_on_another_port_is_an_error(self) -> None:
        self.serve(None)
        self.fails(ErrorCode.STATE, mailmodule.set_smtp_server, None, free_port())
        self.fails(ErrorCode.ARGUMENT, mailmodule.set_smtp_server, None, 70000)


if __name__ == "__main__":
    unittest.main()
