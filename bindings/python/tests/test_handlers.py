"""Handlers of an SMTP server, with Python's own client as a stranger: every step, every kind of answer."""
from __future__ import annotations

import base64
import hmac
import smtplib
from collections.abc import Sequence

import mailmodule
from mailmodule import Answer, Chunk, ErrorCode, Notify, Session, SmtpHandlers, Verdict
from mailmodule import handlers as module
from mailmodule import session as sessions

from .handled import MESSAGE, STEPS, HandlerCase, Recorder
from .place import SECONDS


class HandlerTests(HandlerCase):
    def test_every_step_comes_with_its_arguments(self) -> None:
        recorder = Recorder({"turn": 250, "unknown": 250, "help": 214, "expn": 250, "vrfy": 252})
        client = self.connect(self.serve(recorder))
        client.helo("old.example.net")
        client.ehlo("new.example.net")
        client.mail("carl@example.net", ["BODY=8BITMIME", "SIZE=1000", "ENVID=abc"])
        client.rcpt("anna@example.org", ["NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;a+2Bb@example.net"])
        client.data(MESSAGE)
        for line in ("VRFY anna", "EXPN staff", "HELP data", "NOOP now", "RSET", "TURN", "XFOO a b"):
            client.docmd(line)
        client.quit()
        self.assertTrue(recorder.closed.wait(SECONDS))
        self.assertEqual([["old.example.net"]], recorder["helo"])
        self.assertEqual([["new.example.net"]], recorder["ehlo"])
        ((mail,),) = recorder["mail"]
        self.assertEqual(("MAIL", "carl@example.net", "carl", "example.net"),
                         (mail.verb, mail.address, mail.local_part, mail.domain))  # fmt: skip
        self.assertEqual(("abc", 1000, True, False),
                         (mail.envelope_id, mail.declared_size, mail.is_eight_bit, mail.is_utf8))  # fmt: skip
        ((rcpt,),) = recorder["rcpt"]
        self.assertEqual(("anna@example.org", "anna", "example.org"), (rcpt.address, rcpt.local_part, rcpt.domain))
        self.assertEqual(Notify.FAILURE | Notify.DELAY, rcpt.notify)
        self.assertIn("a+b@example.net", rcpt.original)
        self.assertEqual([["example.org", ()]], recorder["domain"])
        self.assertEqual([["anna@example.org"]], recorder["lookup"])
        self.assertEqual([[MESSAGE, Chunk.FIRST | Chunk.LAST]], recorder["chunk"])
        self.assertEqual([[len(MESSAGE)]], recorder["message"])
        for step, argument in {"vrfy": "anna", "expn": "staff", "help": "data", "noop": "now"}.items():
            self.assertEqual([[argument]], recorder[step], step)
        self.assertEqual([["XFOO", "a b"]], recorder["unknown"])
        self.assertEqual([[]] * 4, recorder["connect"] + recorder["data"] + recorder["rset"] + recorder["turn"])
        self.assertEqual(("close",), recorder.heard[-1])

    def test_answers_are_heard_in_the_handlers_words(self) -> None:
        def ehlo(session: Session, name: str) -> Answer:
            session.add_reply_line("XFORWARD NAME ADDR")
            return Verdict.ACCEPT

        recorder = Recorder(
            {
                "connect": lambda session: session.reply(220, "here I am"),
                "ehlo": ehlo,
                "rcpt": lambda session, rcpt: session.reply(452, "not", "today", status="4.2.2"),
                "noop": 299,
                "help": Verdict.REJECT,
                "vrfy": lambda session, name: session.reply(250, "Anna <anna@example.org>"),
                "unknown": lambda session, verb, argument: session.reply(0, "done") or Verdict.DONE,
            }
        )
        client = smtplib.SMTP(timeout=SECONDS)
        self.addCleanup(client.close)
        self.assertEqual((220, b"here I am"), client.connect("127.0.0.1", self.serve(recorder).port))
        client.ehlo()
        self.assertEqual("NAME ADDR", client.esmtp_features["xforward"])
        client.mail("carl@example.net")
        self.assertEqual((452, b"4.2.2 not\n4.2.2 today"), client.rcpt("anna@example.org"))
        self.assertEqual(299, client.noop()[0])
        self.assertGreaterEqual(client.docmd("HELP")[0], 500)
        self.assertEqual((250, b"2.0.0 Anna <anna@example.org>"), client.vrfy("anna"))
        self.assertEqual(b"done", client.docmd("XFOO")[1].split(b" ")[-1])

    def test_a_message_handler_reads_marks_takes_and_refuses(self) -> None:
        taken: list[bytes] = []

        def message(session: Session, size: int) -> Answer:
            self.assertEqual("carl@example.net", session.sender)
            first = session.recipients[0].local_part
            if first == "bert":
                return session.reply(554, "not you", status="5.7.1")
            with open(session.path, "rb") as file:
                self.assertEqual(file.read(), b"".join(session.pieces(5)))
            if first == "postmaster":
                taken.append(session.read(0, size))
                return Verdict.DONE
            session.add_header("X-Seen", "yes")
            return None

        recorder = Recorder({"message": message})
        client = self.connect(self.serve(recorder))
        self.send(client)
        self.send(client, "postmaster@example.org")
        with self.assertRaises(smtplib.SMTPDataError) as raised:
            self.send(client, "bert@example.org")
        self.assertEqual((554, b"5.7.1 not you"), raised.exception.args)
        self.assertEqual([MESSAGE], taken)
        (stored,) = self.mailbox(self.kept)
        self.assertIn(b"\nX-Seen: yes\n", stored)
        self.assertEqual([], self.mailbox(self.kept, "bert", "hidden", count=0))

    def test_a_transaction_can_be_changed(self) -> None:
        def data(session: Session) -> None:
            self.assertEqual(["nobody@example.org"], [one.address for one in session.recipients])
            session.add_recipient("anna@example.org")
            session.remove_recipient(0)
            session.sender = "dora@example.net"
            self.assertEqual("dora@example.net", session.sender)
            self.fails(ErrorCode.NOT_FOUND, session.remove_recipient, 7)

        recorder = Recorder({"data": data, "rcpt": Verdict.ACCEPT, "lookup": Verdict.ACCEPT})
        self.send(self.connect(self.serve(recorder)), "nobody@example.org")
        (stored,) = self.mailbox(self.kept)
        self.assertIn(b"dora@example.net", stored)

    def test_domain_and_lookup_decide_where_mail_goes(self) -> None:
        def lookup(session: Session, address: str) -> Answer:
            if address.startswith("smith@"):
                return Verdict.AMBIGUOUS
            if address.startswith("boss@"):
                session.set_expansion("anna@example.org")
                return Verdict.ACCEPT
            return Verdict.REJECT

        def domain(session: Session, name: str, route: Sequence[str]) -> Answer:
            return Verdict.LOCAL if name == "our.example" else Verdict.REJECT

        client = self.connect(self.serve(Recorder({"lookup": lookup, "domain": domain})))
        client.ehlo()
        client.mail("carl@example.net")
        codes = [client.rcpt(one)[0] for one in ("smith@our.example", "x@our.example", "y@else.example")]
        self.assertEqual([553, 550, 550], codes)
        client.rset()
        self.send(client, "boss@our.example")
        self.assertEqual(1, len(self.mailbox(self.kept)))

    def test_logins_are_the_handlers_to_decide(self) -> None:
        asked: list[mailmodule.SessionLogin] = []

        def auth(session: Session, login: mailmodule.SessionLogin) -> Answer:
            asked.append(login)
            session.set_login("somebody")
            return Verdict.ACCEPT if login.password == "pässword" else Verdict.REJECT

        def secret(session: Session, user: str) -> Answer:
            session.set_secret(f"secret of {user}")
            return Verdict.ACCEPT

        users: list[str] = []

        def noop(session: Session, text: str) -> None:
            users.append(session.info.user)

        recorder = Recorder({"auth": auth, "secret": secret, "noop": noop})
        server = self.serve(recorder)
        for mechanism, password in (("PLAIN", "pässword"), ("CRAM-MD5", "secret of dora")):
            client = self.connect(server)
            client.ehlo()
            self.assertEqual(235, self.auth(client, mechanism, "dora", password)[0], mechanism)
            client.noop()
        self.assertEqual(["somebody", "dora"], users)
        self.assertEqual(("PLAIN", "dora", ""), (asked[0].mechanism, asked[0].user, asked[0].identity))
        self.assertNotIn("pässword", repr(asked[0]))

    def auth(self, client: smtplib.SMTP, mechanism: str, user: str, password: str) -> tuple[int, bytes]:
        if mechanism == "PLAIN":
            return client.docmd("AUTH PLAIN", base64.b64encode(f"\0{user}\0{password}".encode()).decode())
        _, challenge = client.docmd("AUTH", mechanism)
        proof = hmac.new(password.encode(), base64.b64decode(challenge), "md5").hexdigest()
        return client.docmd(base64.b64encode(f"{user} {proof}".encode()).decode())

    def test_a_session_tells_who_it_is_with_and_keeps_values(self) -> None:
        infos: list[mailmodule.SessionInfo] = []

        def mail(session: Session, mail: object) -> None:
            infos.append(session.info)
            self.assertEqual((), session.checks)
            session.values["count"] = session.values.get("count", 0) + 1

        recorder = Recorder({"mail": mail, "noop": lambda session, text: session.reply(250, str(session.values))})
        client = self.connect(self.serve(recorder))
        self.send(client)
        self.send(client)
        self.assertIn(b"{'count': 2}", client.noop()[1])
        info = infos[1]
        self.assertEqual(("127.0.0.1", "127.0.0.1", "client.example.net", "ESMTP", "", 1),
                         (info.client, info.connected_from, info.helo, info.protocol, info.user, info.messages))
        assert client.sock is not None and info.began is not None
        self.assertEqual(client.sock.getsockname()[1], info.client_port)
        client.quit()
        self.assertTrue(recorder.closed.wait(SECONDS))
        self.kept.close()
        self.assertEqual({}, sessions._values._objects)

    def test_several_objects_are_asked_in_order(self) -> None:
        first, second = Recorder({"noop": None}), Recorder({"noop": 250, "help": 214})
        server = self.serve(first)
        server.add_handlers(second)
        client = self.connect(server)
        client.noop()
        client.docmd("HELP")
        self.assertEqual([[[""]]] * 4, [first["noop"], second["noop"], first["help"], second["help"]])
        for _ in range(6):
            server.add_handlers(Recorder())
        self.fails(ErrorCode.LIMIT, server.add_handlers, Recorder())
        client.close()
        server.stop()
        self.assertEqual({}, module._handlers._objects)
        self.fails(ErrorCode.HANDLE, server.add_handlers, Recorder())

    def test_what_is_not_overridden_is_not_asked(self) -> None:
        class Refusing(SmtpHandlers):
            def rcpt(self, session: Session, recipient: object) -> Answer:
                return Verdict.REJECT

        table = module.table_of(Refusing())
        self.assertEqual(["rcpt", "close"], [step for step in STEPS if getattr(table, step)])
        with self.assertRaises(smtplib.SMTPRecipientsRefused):
            self.send(self.connect(self.serve(Refusing())))
