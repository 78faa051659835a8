"""FindMX, the check of a configuration, stored passwords."""
from __future__ import annotations

import poplib
import socket
import struct
import threading

import mailmodule
from mailmodule import DkimAlgorithm, Engine, ErrorCode, PasswordForm, Severity

from .place import SECONDS, Case


def answer(question: bytes) -> bytes:
    """To "MX of full.example": two servers; to "A" of them an address; to all else: no such name (RFC 1035)."""
    name, place = [], 12
    while question[place]:
        name.append(question[place + 1 : place + 1 + question[place]].decode())
        place += question[place] + 1
    kind = struct.unpack("!H", question[place + 1 : place + 3])[0]
    asked = question[12 : place + 5]
    records = []
    if ".".join(name) == "full.example" and kind == 15:
        for preference, label in ((20, b"second"), (10, b"first")):
            data = struct.pack("!H", preference) + bytes([len(label)]) + label + b"\xc0\x0c"
            records.append(struct.pack("!HHHIH", 0xC00C, 15, 1, 60, len(data)) + data)
    elif name[1:] == ["full", "example"] and kind == 1:
        number = 7 if name[0] == "first" else 8
        records.append(struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4) + bytes([192, 0, 2, number]))
    known = name[-2:] == ["full", "example"]
    counts = struct.pack("!HHHHH", 0x8180 if known else 0x8183, 1, len(records), 0, 0)
    return question[:2] + counts + asked + b"".join(records)


class MxTests(Case):
    def setUp(self) -> None:
        super().setUp()
        self.server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.server.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=self.serve)
        thread.start()
        self.addCleanup(thread.join, SECONDS)
        self.addCleanup(self.server.close)
        self.addCleanup(Engine.default().stop, 0)
        engine = Engine.default()
        engine.settings["smtp_dns"] = f"127.0.0.1:{self.server.getsockname()[1]}"
        engine.settings["mail_root"] = self.folder
        self.addCleanup(self.server.sendto, b"", self.server.getsockname())

    def serve(self) -> None:
        while True:
            question, who = self.server.recvfrom(4096)
            if not question:
                return
            self.server.sendto(answer(question), who)

    def test_servers_come_by_preference_with_their_addresses(self) -> None:
        first, second = mailmodule.find_mx("full.example")
        self.assertEqual(("first.full.example", 10, ("192.0.2.7",)), (first.name, first.preference, first.addresses))
        self.assertEqual(("second.full.example", ("192.0.2.8",)), (second.name, second.addresses))

    def test_a_domain_without_servers_is_an_error(self) -> None:
        self.fails(ErrorCode.NOT_FOUND, mailmodule.find_mx, "empty.example")
        self.fails(ErrorCode.ARGUMENT, mailmodule.find_mx, "no domain\r\n")
        self.fails(ErrorCode.ARGUMENT, mailmodule.find_mx, "full\0.example")


class ConfigurationTests(Case):
    def test_all_that_is_wrong_with_a_file_is_told(self) -> None:
        file = self.folder / "mail.cfg"
        file.write_text("smtp_port=nonsense\nsmtp_max=10\npop_port=70000\n")
        findings = [one for one in mailmodule.config_check(file) if one.severity == Severity.ERROR]
        self.assertEqual([("smtp_port", 1), ("pop_port", 3)], [(one.key, one.line) for one in findings])
        self.assertEqual(str(file), findings[0].file)
        self.assertNotEqual("", findings[0].text)

    def test_a_file_that_is_not_there_is_an_error(self) -> None:
        self.fails(ErrorCode.NOT_FOUND, mailmodule.config_check, self.folder / "none.cfg")


class PasswordTests(Case):
    def test_a_user_logs_in_with_a_password_of_each_form(self) -> None:
        for form, begins in (
            (PasswordForm.SCRAM_SHA_256, "{SCRAM-SHA-256}4096:"),
            (PasswordForm.PBKDF2_SHA256, "{PBKDF2-SHA256}4096:"),
            (PasswordForm.PLAIN, "{PLAIN}"),
            (PasswordForm.SCRAM_SHA_1, "{SCRAM-SHA-1}4096:"),
        ):
            with self.subTest(form):
                made = mailmodule.password_make("geheim-ä", form, 4096)
                self.assertTrue(made.startswith(begins), made)
                engine = self.engine(mail_root=self.folder / form.name, user=f"dora;{made};;PS")
                with mailmodule.Pop3Server(engine, mailmodule.PORT_ANY) as server:
                    pop = poplib.POP3("127.0.0.1", server.port, timeout=SECONDS)
                    pop.encoding = "utf-8"
                    pop.user("dora")
                    pop.pass_("geheim-ä")
                    pop.quit()

    def test_two_of_one_password_differ(self) -> None:
        self.assertNotEqual(mailmodule.password_make("secret"), mailmodule.password_make("secret"))

    def test_no_password_is_an_error(self) -> None:
        self.fails(ErrorCode.ARGUMENT, mailmodule.password_make, "")


class KeyTests(Case):
    def test_a_key_of_each_kind_is_taken_by_the_setting(self) -> None:
        for algorithm, begins in (
            (DkimAlgorithm.RSA_SHA256, "v=DKIM1; k=rsa; p=MII"),
            (DkimAlgorithm.ED25519_SHA256, "v=DKIM1; k=ed25519; p="),
        ):
            with self.subTest(algorithm):
                made = mailmodule.dkim_key_make(algorithm)
                self.assertTrue(made.record.startswith(begins), made.record)
                key, file = self.folder / f"{algorithm.name}.pem", self.folder / "test.cfg"
                key.write_text(made.pem)
                key.chmod(0o600)
                file.write_text(f"dkim=example.org;s;{key}\n")
                self.assertEqual([], [one for one in mailmodule.config_check(file) if one.key == "dkim"])

    def test_a_short_key_is_none(self) -> None:
        self.fails(ErrorCode.ARGUMENT, mailmodule.dkim_key_make, DkimAlgorithm.RSA_SHA256, 1024)
