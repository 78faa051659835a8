"""What our POP3 client is to get right at any server, whichever it is: a server's test says how it is started, and what it can."""

import os

from clients import ErrorCode, TestOfClient
import mailmodule
from mailmodule import Pop3Answer, Pop3LoginFlags, Pop3Status
from support import place

OK, ERR = Pop3Status.OK, Pop3Status.ERR
BODIES = (
    b"Subject: dots\r\n\r\n.\r\n..two\r\n.three\r\n",
    b"Subject: one line of a mebibyte\r\n\r\n" + b"x" * (1 << 20) + b"\r\n",
    b"Subject: empty\r\n\r\n",
    b"Subject: many\r\n\r\n" + b"line\r\n" * 100_000,
)


class Pop3AtServer(TestOfClient):
    """`cls.server` has `port` and `tls_port`; new_user() names one whose Maildir in `cls.boxes` is its own, and whose password is "secret"."""

    mechanisms = ()  # that it has
    has_apop = False
    best = ""  # what the client says first where it has the choice
    code_of_wrong = ""  # the response code of a wrong password

    @classmethod
    def before(cls):
        cls.boxes = cls.folder / "boxes"
        cls.boxes.mkdir()
        os.chmod(cls.folder, 0o755)
        cls.server = cls.stack.enter_context(cls.started())

    def setUp(self):
        self.user = self.new_user()
        new = self.boxes / self.user / "new"
        for folder in ("cur", "tmp", "new"):
            (self.boxes / self.user / folder).mkdir(parents=True)
        for number, body in enumerate(BODIES):
            (new / f"100000000{number}.M1P1.host").write_bytes(body.replace(b"\r\n", b"\n"))
        place.run("chown", "-R", "nobody:nogroup", str(self.boxes / self.user))

    def client(self):
        self.trace = []
        client = mailmodule.Pop3Client(self.engine, connect_timeout=place.PATIENCE, receive_timeout=place.PATIENCE, send_timeout=place.PATIENCE,
                                       on_trace=lambda way, line: self.trace.append(line))
        self.addCleanup(client.close)
        return client

    def says(self, status, reply):
        self.assertEqual(status, reply.status, f"{reply}; the dialogue was {self.trace}")
        return reply

    def open(self):
        client = self.client()
        self.says(OK, client.connect("127.0.0.1", self.server.port))
        return client

    def logged_in(self):
        client = self.open()
        self.says(OK, client.login(self.user, "secret"))
        return client

    def test_messages_come_as_they_are(self):
        client = self.logged_in()
        _, count, octets = client.stat()
        self.assertEqual((len(BODIES), sum(map(len, BODIES))), (count, octets))
        self.says(OK, client.list())
        self.assertEqual([(n, len(body)) for n, body in enumerate(BODIES, 1)], [(one.number, one.octets) for one in client.entries()])
        self.says(OK, client.uidl())
        ids = [one.id for one in client.entries()]
        self.assertEqual(len(BODIES), len(set(ids)))
        self.says(OK, client.uidl(2))
        self.assertEqual([ids[1]], [one.id for one in client.entries()])
        for number, body in enumerate(BODIES, 1):
            self.says(OK, client.retr(number))
            self.assertEqual(body, client.read_all())
        self.says(OK, client.top(4, 2))
        self.assertEqual(b"Subject: many\r\n\r\nline\r\nline\r\n", client.read_all())
        self.says(OK, client.retr(4))
        self.assertEqual(10, len(client.read(10)))  # what is left is passed over
        self.says(ERR, client.retr(99))
        self.says(OK, client.quit())

    def test_all_at_once(self):
        client, got = self.logged_in(), {}
        self.says(OK, client.capa())
        self.assertIsNotNone(client.capability("PIPELINING"))

        def take(number, piece, status):
            got[number] = got.get(number, b"") + piece if status == OK else None

        client.retr_all(take, [1, 99, 2, 3, 4] * 5)
        self.assertEqual({1: BODIES[0] * 5, 99: None, 2: BODIES[1] * 5, 3: BODIES[2] * 5, 4: BODIES[3] * 5}, got)
        with self.assertRaises(ZeroDivisionError):
            client.retr_all(lambda *_: 1 / 0, count=4)
        self.says(OK, client.noop())

    def test_deletion_counts_with_quit_alone(self):
        client = self.logged_in()
        self.says(OK, client.dele(1))
        client.disconnect()
        client = self.logged_in()
        self.says(OK, client.dele(1))
        self.says(OK, client.rset())
        self.says(OK, client.dele(2))
        self.says(ERR, client.dele(2))
        self.says(OK, client.quit())
        self.assertEqual(len(BODIES) - 1, self.logged_in().stat()[1])

    def test_each_way_to_log_in(self):
        for name in (*self.mechanisms, None):
            with self.subTest(name):
                client = self.open()
                self.says(OK, client.auth(self.user, "secret", name))
                self.says(OK, client.noop())
                self.assertFalse([line for line in self.trace if "secret" in line])
        for way in ("apop", "user", "best"):
            with self.subTest(way):
                client = self.open()
                if way == "apop" and self.has_apop:
                    self.says(OK, client.apop(self.user, "secret"))
                elif way == "apop":
                    self.fails(ErrorCode.NOT_SUPPORTED, client.apop, self.user, "secret")
                    continue
                elif way == "user":
                    self.says(OK, client.user(self.user))
                    self.says(OK, client.pass_("secret"))
                else:
                    self.says(OK, client.login(self.user, "secret"))
                    self.assertIn(self.best, self.trace)
                self.says(OK, client.stat()[0])

    def test_a_wrong_password(self):
        client = self.open()
        reply = self.says(ERR, client.login(self.user, "wrong", Pop3LoginFlags.NO_APOP | Pop3LoginFlags.NO_SASL))
        self.assertEqual(self.code_of_wrong, reply.code)

    def test_stls_and_tls(self):
        client = self.open()
        self.says(OK, client.capa())
        self.assertEqual("", client.capability("STLS"))
        self.says(OK, client.stls())
        client.start_tls("pop.test")
        self.assertIn("TLSv1.", client.tls)
        self.assertEqual([], client.capabilities)
        self.says(OK, client.login(self.user, "secret"))
        client = self.client()
        error = self.fails(ErrorCode.CERTIFICATE_NAME, client.connect, "127.0.0.1", self.server.tls_port, tls=True)
        self.assertEqual(mailmodule.Stage.TLS, error.stage)
        client = self.client()
        client.connect("127.0.0.1", self.server.tls_port, greeting=False)
        client.start_tls("pop.test", greeting=True)
        self.says(OK, client.login(self.user, "secret"))
        self.assertEqual(len(BODIES), client.stat()[1])

    def test_own_commands(self):
        client = self.logged_in()
        client.send_command("TOP 1 0")
        client.send_command("XUNKNOWN", Pop3Answer.ONE_LINE)
        client.send_command("CAPA", Pop3Answer.MANY_LINES)
        self.says(OK, client.receive())
        self.assertEqual(b"Subject: dots\r\n\r\n", client.read_all())
        self.says(ERR, client.receive())
        self.assertEqual(1, self.says(OK, client.receive()).due + 1)
        self.assertIn(b"UIDL\r\n", client.read_all())
