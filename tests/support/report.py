"""Reads a delivery report (RFC 3464) with Python's own mail parser."""

import email
import email.policy


class Report:
    """`fields`: the message's; `recipients`: the fields of each final recipient's group by address."""

    def __init__(self, octets):
        self.octets = octets
        self.mail = email.message_from_bytes(octets, policy=email.policy.default)
        self.kind = self.mail.get_content_type(), self.mail.get_param("report-type")
        parts = self.mail.get_payload() if self.mail.is_multipart() else []
        self.types = [part.get_content_type() for part in parts]
        self.text = parts[0].get_content() if parts else ""
        groups = parts[1].get_payload() if len(parts) > 1 else []
        self.fields = groups[0] if groups else {}
        self.recipients = {self.address(group["Final-Recipient"]): group for group in groups[1:]}
        self.returned = parts[2].as_bytes() if len(parts) > 2 else b""

    @staticmethod
    def address(field):
        return field.partition(";")[2].strip()

    def faults(self):
        """What of RFC 3464 and RFC 5321 it breaks, as sentences."""
        said = []
        if self.kind != ("multipart/report", "delivery-status"):
            said.append(f"the type is {self.kind}")
        if self.types[:2] != ["text/plain", "message/delivery-status"] or self.types[2:] not in (["message/rfc822"], ["text/rfc822-headers"],
                                                                                             ["message/rfc822-headers"], ["message/global"]):
            said.append(f"the parts are {self.types}")
        if not self.octets.startswith(b"Return-Path: <>\r\n"):
            said.append("it comes from somebody: " + repr(self.octets[:60]))
        said += [f"no {name} in its header" for name in ("From", "To", "Date", "Message-ID", "Subject", "MIME-Version") if not self.mail[name]]
        said += [f"no {name}" for name in ("Reporting-MTA", "Arrival-Date") if name not in self.fields]
        for address, group in self.recipients.items():
            said += [f"no {name} of {address}" for name in ("Final-Recipient", "Action", "Status") if name not in group]
        if not self.recipients:
            said.append("it is about nobody")
        said += ["a line is longer than 998 octets" for line in self.octets.split(b"\r\n") if len(line) > 998]
        return said + [str(defect) for part in self.mail.walk() for defect in part.defects]
