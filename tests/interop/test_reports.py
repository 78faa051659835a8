"""What the sender is told (RFC 3464, RFC 3461), read by Python's mail parser."""

import smtplib
import unittest

from support import place
from support.report import Report
from support.rogue import always, lose, say
from world import DeliveryTest

PUT_OFF = always(say("451-4.2.1 mailbox is", "451 4.2.1 being moved"))


class Reports(DeliveryTest):
    zone = [line for n, name in enumerate(("gone", "later", "takes", "plain", "dead")) for line in (f"{name} MX 10 mx.{name}", f"mx.{name} A 127.0.0.{10 + n}")]

    def test_a_bounce_returns_the_message_with_the_servers_words(self):
        self.rogue("127.0.0.10", rcpt=always(say("550-5.1.1 <somebody@gone.test>: unknown;", "550 5.1.1 see http://gone.test/?a=b")))
        token = self.send("somebody@gone.test", mail_options=["ENVID=ab+2Bcd+3D12", "RET=FULL"], rcpt_options=["ORCPT=rfc822;Some+2Bone@gone.test"])
        report = self.report(token)
        group = report.recipients["somebody@gone.test"]
        self.assertEqual("ab+cd=12", report.fields["Original-Envelope-Id"])
        self.assertEqual("rfc822;Some+one@gone.test", "".join(group["Original-Recipient"].split()))
        self.assertEqual("dns;mx.gone.test", "".join(group["Remote-MTA"].split()).partition("(")[0])
        self.assertTrue(report.fields["Reporting-MTA"].replace(" ", "").startswith("dns;example.org"), report.fields["Reporting-MTA"])
        self.assertIn("see http://gone.test/?a=b", group["Diagnostic-Code"])
        self.assertIn("unknown;", group["Diagnostic-Code"])
        self.assertIn("somebody@gone.test", report.text)
        self.assertIn("see http://gone.test/?a=b", report.text)
        self.assertEqual("anna@example.org", report.mail["To"].addresses[0].addr_spec)
        self.assertEqual("message/rfc822", report.types[2])
        self.assertIn(b"last line", report.returned)
        self.assertNotIn(b"Return-Path", report.returned)
        self.assertNotIn("Auto-Submitted: no", report.octets.decode("latin-1"))
        self.assertEqual("auto-replied", report.mail["Auto-Submitted"].split(";")[0].strip())

    def test_ret_hdrs_returns_the_header_alone(self):
        self.rogue("127.0.0.10", rcpt=always(say("550 5.1.1 no")))
        report = self.report(self.send("somebody@gone.test", mail_options=["RET=HDRS"]))
        self.assertEqual("text/rfc822-headers", report.types[2])
        self.assertNotIn(b"last line", report.returned)

    def test_notify_never_is_silence(self):
        server = self.rogue("127.0.0.10", rcpt=always(say("550 5.1.1 no")))
        never = self.send("somebody@gone.test", rcpt_options=["NOTIFY=NEVER"])
        null = self.send("somebody@gone.test", sender="")
        place.wait_until(lambda: server.verbs().count("RCPT") >= 2)
        self.report(self.send("somebody@gone.test"))
        self.assertEqual([], self.reports(never) + self.reports(null))

    def test_nothing_unasked_for_is_told_when_all_goes_well(self):
        server = self.rogue("127.0.0.12")
        token = self.send("somebody@takes.test")
        self.arrives(server, token)
        self.assertEqual([], self.reports(token))

    def test_dsn_parameters_are_passed_on_and_success_is_the_next_hosts_to_tell(self):
        server = self.rogue("127.0.0.12")
        token = self.send("somebody@takes.test", mail_options=["ENVID=QQ314159", "RET=HDRS"], rcpt_options=["NOTIFY=SUCCESS,DELAY", "ORCPT=rfc822;x+3Dy@takes.test"])
        message = self.arrives(server, token)
        self.assertIn(" ENVID=QQ314159", message.sender)
        self.assertIn(" RET=HDRS", message.sender)
        self.assertIn(" ORCPT=rfc822;x+3Dy@takes.test", message.recipients[0])
        self.assertEqual({"SUCCESS", "DELAY"}, set(message.recipients[0].partition("NOTIFY=")[2].split()[0].split(",")))
        self.assertEqual([], self.reports(token))

    def test_a_host_that_does_not_report_itself_is_reported_about(self):
        server = self.rogue("127.0.0.13", capabilities=("PIPELINING",))
        token = self.send("somebody@plain.test", mail_options=["ENVID=one"], rcpt_options=["NOTIFY=SUCCESS,FAILURE"])
        message = self.arrives(server, token)
        self.assertNotIn("ENVID", message.sender)
        self.assertNotIn("NOTIFY", message.recipients[0])
        report = self.report(token)
        group = report.recipients["somebody@plain.test"]
        self.assertEqual("relayed", group["Action"])
        self.assertRegex(group["Status"], r"^2\.\d+\.\d+")
        self.assertEqual("one", report.fields["Original-Envelope-Id"])

    def test_many_lists_that_lead_to_nobody_are_one_report(self):
        lists = [f'"empty{n}@example.org;;@empty.txt"' for n in range(40)] + [f'"gone{n}@example.org;;nobody{n}@example.org"' for n in range(40)]
        host = self.another(list=lists)
        (host.folder / "empty.txt").write_text("# nobody\n")
        names = [f"{name}{n}@example.org" for name in ("empty", "gone") for n in range(40)]
        report = self.report(self.send(*names, host=host), host)
        self.assertEqual(80, len(report.recipients))

    def test_success_in_a_mailbox_of_ours_is_told(self):
        token = self.send("bert@example.org", rcpt_options=["NOTIFY=SUCCESS"])
        report = self.report(token)
        self.assertEqual("delivered", report.recipients["bert@example.org"]["Action"])
        self.assertEqual("text/rfc822-headers", report.types[2])

    def test_success_for_many_here_and_elsewhere_is_one_report(self):
        self.rogue("127.0.0.13", capabilities=("PIPELINING",))
        many = [f"r{n}@plain.test" for n in range(20)] + ["bert@example.org", "anna@example.org"]
        token = self.send(*many, rcpt_options=["NOTIFY=SUCCESS"])
        report = self.report(token)
        self.assertEqual(set(many), set(report.recipients))
        self.assertEqual({"relayed", "delivered"}, {group["Action"] for group in report.recipients.values()})
        self.assertEqual(1, len(self.reports(token)))

    def test_a_stranger_is_offered_no_dsn_and_gets_no_report_of_success(self):
        token, text = self.letter()
        with smtplib.SMTP("127.0.0.1", self.host.smtp, timeout=20, source_address=("127.0.0.2", 0)) as smtp:
            smtp.ehlo()
            self.assertFalse(smtp.has_extn("dsn"))
            self.assertEqual(250, smtp.docmd("MAIL", "FROM:<anna@example.org> RET=FULL ENVID=one")[0])
            self.assertEqual(250, smtp.docmd("RCPT", "TO:<bert@example.org> NOTIFY=SUCCESS ORCPT=rfc822;bert@example.org")[0])
            self.assertEqual(501, smtp.docmd("RCPT", "TO:<anna@example.org> NOTIFY=SOON")[0])
            self.assertEqual(250, smtp.data(text)[0])
        self.report(self.send("bert@example.org", rcpt_options=["NOTIFY=SUCCESS"]))
        self.assertEqual([], self.reports(token))

    def test_a_host_that_broke_off_is_quoted_with_nothing(self):
        self.rogue("127.0.0.11", rcpt=always(lose))
        host = self.another(queue_lifetime=5)
        report = self.report(self.send("somebody@later.test", host=host), host)
        group = report.recipients["somebody@later.test"]
        self.assertTrue(group["Diagnostic-Code"].startswith("x-"), group["Diagnostic-Code"])
        self.assertNotIn(" said", report.text)

    def test_sender_outside_gets_its_report_through_the_queue(self):
        self.rogue("127.0.0.10", rcpt=always(say("550 5.1.1 no")))
        server = self.rogue("127.0.0.12")
        token = self.send("somebody@gone.test", sender="outside@takes.test")
        message = self.arrives(server, token)
        self.assertEqual(["outside@takes.test"], message.to)
        self.assertTrue(message.sender.upper().startswith("MAIL FROM:<>"), message.sender)
        self.assertIn(b"message/delivery-status", message.text)

    def test_a_report_that_bounces_is_not_reported(self):
        server = self.rogue("127.0.0.10", rcpt=always(say("550 5.1.1 no")))
        self.send("somebody@gone.test", sender="outside@gone.test")
        self.assertTrue(place.wait_until(lambda: server.verbs().count("RCPT") >= 2), self.logged())
        place.wait_until(lambda: server.verbs().count("RCPT") >= 3, 2.5)
        self.assertEqual(2, server.verbs().count("RCPT"))


class Time(DeliveryTest):
    """A day in a few seconds."""

    zone = Reports.zone
    settings = {"queue_retry": 1, "queue_lifetime": 10, "delay_notice": 2}

    def test_451_then_taken(self):
        server = self.rogue("127.0.0.12", rcpt=[say("451 4.7.1 greylisted")])
        host = self.another(queue_lifetime=600, delay_notice=300)
        token = self.send("somebody@takes.test", host=host)
        self.arrives(server, token)
        self.assertEqual([], self.reports(token, host))

    def test_delay_is_told_once_then_the_end(self):
        self.rogue("127.0.0.11", rcpt=PUT_OFF)
        token = self.send("somebody@later.test")
        delay = self.report(token)
        group = delay.recipients["somebody@later.test"]
        self.assertEqual("delayed", group["Action"])
        self.assertEqual("4.2.1", group["Status"])
        self.assertIn("being moved", group["Diagnostic-Code"])
        self.assertIn("Will-Retry-Until", group)
        place.wait_until(lambda: len(self.reports(token)) >= 2)
        found = [Report(octets) for octets in self.reports(token)]
        self.assertEqual(["delayed", "failed"], sorted(r.recipients["somebody@later.test"]["Action"] for r in found))
        end = next(r for r in found if r.recipients["somebody@later.test"]["Action"] == "failed")
        self.assertIn("being moved", end.recipients["somebody@later.test"]["Diagnostic-Code"])
        self.assertIn(token, end.returned)

    def test_notify_failure_means_no_word_of_delay(self):
        self.rogue("127.0.0.11", rcpt=PUT_OFF)
        token = self.send("somebody@later.test", rcpt_options=["NOTIFY=FAILURE"])
        place.wait_until(lambda: self.reports(token))
        self.assertEqual(["failed"], [Report(o).recipients["somebody@later.test"]["Action"] for o in self.reports(token)])

    def test_nobody_ever_listens(self):
        token = self.send("somebody@dead.test", rcpt_options=["NOTIFY=FAILURE"])
        group = self.report(token).recipients["somebody@dead.test"]
        self.assertEqual("failed", group["Action"])
        self.assertRegex(group["Status"], r"^[45]\.4\.\d")


if __name__ == "__main__":
    unittest.main()
