"""libopendmarc by ctypes, without its name server: the record that applies is given to it. It knows RFC 7489."""

import ctypes

LIBRARY = "libopendmarc.so.2"
PASS, FAIL = 1, 2
MAIL_FROM = 1
VERDICTS = {14: "absent", 15: "pass", 16: "reject", 17: "quarantine", 18: "none"}


class OpenDmarc:
    def __init__(self, suffixes, folder):
        self.lib = ctypes.CDLL(LIBRARY)
        self.lib.opendmarc_policy_connect_init.restype = ctypes.c_void_p
        path = folder / "suffixes"
        path.write_text("\n".join(suffixes) + "\n")
        if self.lib.opendmarc_tld_read_file(str(path).encode(), b"//", b"*.", b"!"):
            raise RuntimeError(f"{path} was not read")

    def organization(self, domain):
        """By the list of suffixes."""
        found = ctypes.create_string_buffer(256)
        self.lib.opendmarc_get_tld(domain.encode(), found, len(found))
        return found.value.decode()

    def judge(self, author, record, at, spf, signatures):
        """record, at: what was found and for which domain, or None; spf: (domain, passed) or None; signatures: such pairs. "error": a record not taken."""
        if record is None:
            return "absent"
        context = ctypes.c_void_p(self.lib.opendmarc_policy_connect_init(b"192.0.2.1", 4))
        try:
            self.lib.opendmarc_policy_store_from_domain(context, author.encode())
            if self.lib.opendmarc_policy_store_dmarc(context, record.encode(), author.encode(), at.encode() if at != author else None):
                return "error"
            for domain, passed in signatures:
                self.lib.opendmarc_policy_store_dkim(context, domain.encode(), b"s", PASS if passed else FAIL, b"said")
            if spf:
                self.lib.opendmarc_policy_store_spf(context, spf[0].encode(), PASS if spf[1] else FAIL, MAIL_FROM, b"said")
            return VERDICTS[self.lib.opendmarc_get_policy_to_enforce(context)]
        finally:
            self.lib.opendmarc_policy_connect_shutdown(context)
