"""python3-spf on the cases of a zone: pyspf.py SEED COUNT. Writes JSON: for each case what it says, and what it says with each of its departures from RFC 7208 corrected.

A correction has the name of the class of differences that it explains. It is run by Debian's Python, which has the package."""

import json
import sys

import spf

import spfcases


class ClientNames(spf.query):
    """Whatever is wrong with the names of the client is none of the domain's business (§5.5): neither an error nor a void look-up."""

    def validated_ptrs(self):
        before, self.void_lookups = self.void_lookups, -1000
        try:
            return [name for name in self.dns_ptr(self.i)[:spf.MAX_PTR] if self.has_address(name)]
        except spf.TempError:
            return []
        finally:
            self.void_lookups = before

    def has_address(self, name):
        try:
            return self.cidrmatch(self.dns_a(name, self.A), self.cidrmax)
        except spf.TempError:
            return False


class BehindTheMatch(spf.query):
    """Mail exchangers behind the one that matches are not looked at (§5.4)."""

    def dns_mx(self, domainname):
        hosts = sorted(self.dns(domainname, "MX"))
        if len(hosts) > spf.MAX_MX:
            raise spf.PermError("too many")
        return (address for _, host in hosts for address in self.dns_a(host, self.A))

    def cidrmatch(self, ipaddrs, n):
        return any(super(BehindTheMatch, self).cidrmatch([address], n) for address in ipaddrs)


class Postmaster(spf.query):
    """"postmaster" stands for a local part that is missing in %{s} too (§4.3)."""

    def __init__(self, *args, **named):
        super().__init__(*args, **named)
        self.s = f"{self.l}@{self.o}"


class UnknownTwice(spf.query):
    """Only redirect and exp may not stand twice (§6)."""

    def note_error(self, *msg):
        return None if "MUST appear at most once" in msg[0] and not msg[0].startswith("exp=") else super().note_error(*msg)


class IncludesItself(spf.query):
    """An include of the domain itself is evaluated like others, and only when its turn comes (§5.2)."""

    def validate_mechanism(self, mech):
        try:
            return super().validate_mechanism(mech)
        except spf.PermError as error:
            if "trivial recursion" not in error.msg:
                raise
            return mech, "include", self.d, self.cidrmax, spf.RESULTS.get(mech[0], "pass")


class UnusedRedirect(spf.query):
    """A redirect counts as a look-up when it is followed, not when it is read (§4.6.4)."""

    depth = None

    def check0(self, record, recursion):
        if record and " redirect=" in record:
            self.lookups -= 1
        return super().check0(record, recursion)

    def check1(self, record, domain, recursion):
        if recursion == self.depth:  # an include goes deeper
            self.check_lookups()
        before, self.depth = self.depth, recursion
        try:
            return super().check1(record, domain, recursion)
        finally:
            self.depth = before


CORRECTIONS = (ClientNames, BehindTheMatch, Postmaster, UnknownTwice, IncludesItself, UnusedRedirect)
ALL = type("All", CORRECTIONS, {})


def judged(kind, case):
    """The result, and the explanation of a fail; that of its own stands for none."""
    query = kind(i=case.client, s=case.sender, h=case.helo, receiver="receiver.test")
    result, _, text = query.check()
    return [result, text if result == "fail" and text != spf.EXPLANATIONS["fail"] else ""]


def main(seed, count):
    zone = spfcases.Zone(seed)

    def lookup(name, qtype, strict=True, timeout=20):
        name = name.lower().rstrip(".")
        if name == spfcases.LAME or name.endswith("." + spfcases.LAME):
            raise spf.TempError("SERVFAIL")
        return [((name, kind), [value.encode()] if kind == "TXT" else value) for kind, value in zone.records.get(name, ()) if kind == qtype]

    spf.DNSLookup = lookup
    results = []
    for case in zone.cases(count):
        results.append({"": judged(spf.query, case), "All": judged(ALL, case), **{kind.__name__: judged(kind, case) for kind in CORRECTIONS}})
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
