"""Servers, with Python's own clients as strangers."""
from __future__ import annotations

import poplib
import smtplib
import socket

from mailmodule import PORT_ANY, ErrorCode, Pop3Server, SmtpServer

from .place import SECONDS, Case, free_port


class ServerTests(Case):
    def test_mail_goes_in_by_smtplib_and_out_by_poplib(self) -> None:
        engine = self.engine()
        with SmtpServer(engine, PORT_ANY) as smtp, Pop3Server(engine, PORT_ANY) as pop3:
            with smtplib.SMTP("127.0.0.1", smtp.port, timeout=SECONDS) as client:
                refused = client.sendmail(
                    "carl@example.org", ["anna@example.org", "nobody@example.org"], "Subject: hello\n\n.dot\n"
                )
            self.assertEqual(550, refused["nobody@example.org"][0])
            pop = poplib.POP3("127.0.0.1", pop3.port, timeout=SECONDS)
            pop.user("anna")
            pop.pass_("secret")
            self.assertIn(b".dot", pop.retr(1)[1])
            pop.quit()

    def test_a_stopped_server_may_be_started_again(self) -> None:
        engine = self.engine()
        server = SmtpServer(engine, free_port())
        for _ in range(2):
            server.start()
            self.fails(ErrorCode.STATE, SmtpServer(engine, PORT_ANY).start)
            smtplib.SMTP("127.0.0.1", server.port, timeout=SECONDS).quit()
            server.stop()
        server.stop()
        self.fails(ErrorCode.HANDLE, lambda: server.port)

    def test_a_start_that_fails_leaves_the_server_that_runs(self) -> None:
        with SmtpServer(self.engine(), PORT_ANY) as server:
            self.fails(ErrorCode.STATE, server.start)
            port = server.port
            smtplib.SMTP("127.0.0.1", port, timeout=SECONDS).quit()
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), SECONDS)

    def test_what_a_server_cannot_do_is_an_error(self) -> None:
        engine = self.engine()
        with SmtpServer(engine, PORT_ANY) as smtp:
            self.fails(ErrorCode.BIND, Pop3Server(engine, smtp.port).start)
            self.fails(ErrorCode.ARGUMENT, Pop3Server(engine, 70000).start)
            self.fails(ErrorCode.ARGUMENT, Pop3Server(engine, PORT_ANY, "no address").start)
            other = self.engine(smtp_port=free_port())
            self.fails(ErrorCode.LOCKED, SmtpServer(other, PORT_ANY).start)

    def test_more_sessions_than_named_are_turned_away(self) -> None:
        engine = self.engine()
        with SmtpServer(engine, PORT_ANY, "127.0.0.1", 1) as server:
            with smtplib.SMTP("127.0.0.1", server.port, timeout=SECONDS):
                with self.assertRaises(smtplib.SMTPConnectError):
                    smtplib.SMTP("127.0.0.1", server.port, timeout=SECONDS)
