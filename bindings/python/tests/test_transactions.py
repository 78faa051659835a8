"""Whole transactions over a client's open connection."""
from __future__ import annotations

from mailmodule import ErrorCode, SentRecipient, SmtpMessage, Stage

from .test_client import CONTENT, ClientCase


class TransactionTests(ClientCase):
    def setUp(self) -> None:
        super().setUp()
        self.open = self.client()
        self.open.connect("127.0.0.1", self.smtp_server(self.mail))
        self.open.ehlo()

    def test_one_message_in_one_transaction(self) -> None:
        message = SmtpMessage("carl@example.org", ["anna@example.org", ("nobody@example.org", "NOTIFY=NEVER")], CONTENT)
        anna, nobody = self.open.send_message(message)
        self.assertEqual((ErrorCode.OK, 250), (anna.error, anna.code))
        self.assertEqual((ErrorCode.REFUSED_PERMANENT, 550, Stage.RCPT), (nobody.error, nobody.code, nobody.stage))
        self.assertEqual("nobody@example.org", nobody.address)
        self.assertEqual(1, len(self.mailbox(self.mail)))

    def test_many_messages_from_memory_files_and_readers(self) -> None:
        file = self.folder / "message"
        file.write_bytes(CONTENT)
        heard: dict[int, tuple[SentRecipient, ...]] = {}
        to = ["anna@example.org"]

        def messages() -> list[SmtpMessage]:
            pieces = iter([CONTENT[:5], CONTENT[5:], b""])
            return [
                *(SmtpMessage("carl@example.org", to, CONTENT) for _ in range(50)),
                SmtpMessage("carl@example.org", to, path=file),
                SmtpMessage("carl@example.org", to, read=lambda size: next(pieces)),
            ]

        self.open.send_all(messages(), heard.__setitem__)
        self.assertEqual(list(range(52)), list(heard))
        self.assertEqual({ErrorCode.OK}, {one.error for results in heard.values() for one in results})
        received = self.mailbox(self.mail, count=52)
        self.assertEqual(52, len(received))
        self.assertTrue(all(one.endswith(b"\n\n.dot") for one in received))

    def test_what_is_raised_while_sending_ends_it_and_comes_out(self) -> None:
        def messages() -> object:
            yield SmtpMessage("carl@example.org", ["anna@example.org"], CONTENT)
            raise LookupError("no more")

        def handler(number: int, results: object) -> None:
            raise ValueError("a handler fails")

        heard: list[int] = []
        with self.assertRaises(LookupError):
            self.open.send_all(messages(), lambda number, results: heard.append(number))  # type: ignore[arg-type]
        self.assertEqual([0], heard)
        endless = (SmtpMessage("carl@example.org", ["anna@example.org"], CONTENT) for _ in iter(int, 1))
        with self.assertRaises(ValueError):
            self.open.send_all(endless, handler)
        self.assertEqual(250, self.open.noop().code)

    def test_nothing_of_the_messages_is_left_behind(self) -> None:
        from mailmodule import transactions
        from mailmodule._abi import clients

        self.open.send_message(SmtpMessage("carl@example.org", ["anna@example.org"], read=lambda size: b""))
        self.open.close()
        self.assertEqual({}, transactions._given._objects)
        self.assertEqual({}, transactions._running._objects)
        self.assertNotIn(self.open._callbacks, clients._clients._objects.values())

    def test_a_message_that_is_none_is_an_error(self) -> None:
        for to in (["anna\r\n@example.org"], ["anna\0@example.org"], []):
            self.fails(ErrorCode.ARGUMENT, self.open.send_message, SmtpMessage("carl@example.org", to, CONTENT))
        nowhere = SmtpMessage("carl@example.org", ["anna@example.org"], path=self.folder / "none")
        self.fails(ErrorCode.NOT_FOUND, self.open.send_message, nowhere)
        self.assertEqual(250, self.open.noop().code)
