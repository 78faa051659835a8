"""Random SPF records in one zone, and what python3-spf makes of them. The zone is served by nsd and given to python3-spf without a server."""

import collections
import ipaddress
import random

CLIENTS = ("192.0.2.1", "192.0.2.2", "192.0.2.77", "192.0.2.200", "2001:db8::1", "2001:db8::2", "2001:db8:1::77", "::ffff:192.0.2.1")
LOCAL_PARTS = ("anna", "bob", "strong-bad", "a.b.c", "x+y=z", "l_1", "UPPER")
HELOS = ("host1.test", "host2.test", "client.test", "nowhere.test", "d3.test", "mail.d5.test", "HOST3.TEST")
DOMAINS, HOSTS = 60, 12
LAME = "lame.test"
REVERSE = ("2.0.192.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa")

Case = collections.namedtuple("Case", "client helo sender")


class Zone:
    """Names and their records; drawn from a seed, so that a run can be had again."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.records = collections.defaultdict(list)
        for i in range(1, HOSTS + 1):
            self.add_host(f"host{i}.test")
        for i in range(DOMAINS):
            self.add_domain(f"d{i}.test")
        for client in CLIENTS[:7]:
            self.add_client(ipaddress.ip_address(client))

    def add(self, name, kind, value):
        if (kind, value) not in self.records[name]:
            self.records[name].append((kind, value))

    def address(self, client=0.5):
        """An address of a client, or of somebody near."""
        if self.random.random() < client:
            return ipaddress.ip_address(self.random.choice(CLIENTS[:7]))
        near = ipaddress.ip_address(self.random.choice(("192.0.2.64", "198.51.100.1", "2001:db8::4000", "2001:db9::1")))
        return near + self.random.randrange(60)

    def add_address(self, name, client=0.5):
        address = self.address(client)
        self.add(name, "A" if address.version == 4 else "AAAA", str(address))

    def add_host(self, name):
        for _ in range(self.random.choice((0, 1, 1, 2, 3))):
            self.add_address(name, 0.3)

    def add_domain(self, name):
        pick = self.random.random
        if pick() < 0.6:
            self.add_address(name)
        for i in range(self.random.choice((1, 1, 1, 1, 2, 2, 2, 3, 3, 11)) if pick() < 0.7 else 0):
            self.add(name, "MX", (i * 10, self.host(0.15)))
        if pick() < 0.3:
            self.add(f"mail.{name}", "A", str(ipaddress.ip_address("192.0.2.1")))
        if pick() < 0.5:
            self.add(f"why.{name}", "TXT", self.random.choice(("no %{s}", "%{c} is not of %{d}", "%{L}, %{i}, %{h}", "%{r}", "100%", "two  blanks, %%, %_%-")))
        for _ in range(self.random.choices((0, 1, 2), (2, 97, 1))[0]):
            self.add(name, "TXT", self.record())
        if pick() < 0.3:
            self.add(name, "TXT", self.random.choice(("v=spf10 -all", "something else", "v=spf1x", "v=DMARC1; p=none")))

    def add_client(self, client):
        for _ in range(self.random.choice((0, 1, 2, 3))):
            name = self.random.choice((self.host(0.2), f"mail.d{self.random.randrange(DOMAINS)}.test", f"d{self.random.randrange(DOMAINS)}.test"))
            self.add(client.reverse_pointer, "PTR", name)
            if self.random.random() < 0.7 and LAME not in name and "nowhere" not in name:
                self.add(name, "A" if client.version == 4 else "AAAA", str(client))
        listed = ".".join(reversed(str(client).split("."))) if client.version == 4 else ".".join(reversed(client.exploded.replace(":", "")))
        if self.random.random() < 0.4:
            self.add(f"{listed}.list.test", "A", "127.0.0.2")

    def host(self, odd=0.1):
        """A host, or one that is not there."""
        if self.random.random() < odd:
            return self.random.choice(("nowhere.test", "gone.test", "void.test", "host1.lame.test"))
        return f"host{self.random.randrange(1, HOSTS + 1)}.test"

    def record(self):
        terms = [self.term() for _ in range(self.random.choice((0, 1, 2, 3, 4, 6, 9, 12)))]
        if self.random.random() < 0.75:
            terms.append(self.random.choice(("-all", "~all", "?all", "all", "-ALL")))
        if self.random.random() < 0.15:
            terms.append(f"redirect=d{self.random.randrange(DOMAINS)}.test")
        if self.random.random() < 0.35:
            terms.insert(self.random.randrange(len(terms) + 1), self.random.choice(("exp=why.%{d}", "exp=why.%{o}", "exp=why.%{d2}")))
        if self.random.random() < 0.03:
            terms.insert(self.random.randrange(len(terms) + 1), self.random.choice(WRONG))
        version = self.random.choices(("v=spf1", "V=SPF1"), (19, 1))[0]
        return version + "".join(self.random.choices((" ", "  "), (19, 1))[0] + term for term in terms) + self.random.choices(("", " "), (19, 1))[0]

    def term(self):
        sign = self.random.choices(("", "-", "~", "?", "+"), (8, 2, 1, 2, 1))[0]
        kind = self.random.choices(("ip4", "ip6", "a", "mx", "ptr", "exists", "include", "modifier"), (6, 4, 5, 4, 1, 3, 4, 1))[0]
        return self.random.choice(("op=", "x-y.z=%{d}", "moo=cow")) if kind == "modifier" else sign + getattr(self, "term_" + kind)()

    def term_ip4(self):
        while (address := self.address(0.3)).version != 4:
            pass
        return f"ip4:{address}" + self.random.choice(("", "/32", "/31", "/28", "/24", "/8"))

    def term_ip6(self):
        while (address := self.address(0.3)).version != 6:
            pass
        return f"ip6:{address}" + self.random.choice(("", "/128", "/127", "/64", "/32"))

    def prefixes(self):
        return self.random.choices(("", "/24", "/31", "//64", "/28//112"), (12, 1, 1, 1, 1))[0]

    def name(self):
        domain = f"d{self.random.randrange(DOMAINS)}.test"
        return self.random.choices((domain, self.host(), "%{o}", "mail.%{d}", "%{d2}", "%{h}"), (6, 5, 1, 1, 1, 1))[0]

    def term_a(self):
        return "a" + self.random.choice(("", ":" + self.name())) + self.prefixes()

    def term_mx(self):
        return self.random.choice(("mx", "mx", "MX")) + self.random.choice(("", ":" + self.name())) + self.prefixes()

    def term_ptr(self):
        return "ptr" + self.random.choice(("", ":" + self.name()))

    def term_exists(self):
        return "exists:" + self.random.choice(("%{ir}.list.test", "%{ir}.list.test", self.name(), "%{l1r-}.%{d}", "%{p}.x.test", "%{s}.test", "%{v}.%{d}"))

    def term_include(self):
        return f"include:d{self.random.randrange(DOMAINS)}.test"

    def lines(self):
        """The records as zone text for nsd: by zone, with relative names."""
        zones = {name: [] for name in ("test", *REVERSE)}
        for name, records in self.records.items():
            zone = next(zone for zone in zones if name.endswith("." + zone))
            for kind, value in records:
                text = {"TXT": self.quoted, "MX": lambda mx: f"{mx[0]} {mx[1]}.", "PTR": "{}.".format}.get(kind, str)(value)
                zones[zone].append(f"{name[:-len(zone) - 1]} {kind} {text}")
        return zones

    @staticmethod
    def quoted(text):
        return " ".join('"' + text[at:at + 255] + '"' for at in range(0, len(text), 255))

    def cases(self, count):
        for _ in range(count):
            domain = self.random.choices((f"d{self.random.randrange(DOMAINS)}.test", self.host()), (30, 1))[0]
            sender = self.random.choices((f"{self.random.choice(LOCAL_PARTS)}@{domain}", f"@{domain}", ""), (20, 1, 2))[0]
            yield Case(self.random.choice(CLIENTS), self.random.choice(HELOS), sender)


WRONG = ("moo", "a:", "a/33", "mx//129", "ip4:192.0.2", "ip4:192.0.2.1/33", "ip6:192.0.2.1", "ip4", "include", "include:test", "exists", "ptr/24", "all:x", "-all.",
         "redirect=", "exp=", "exp=a.test exp=b.test", "a:%{x}.test", "a:%test", "1x=y", "=y", "redirect:d1.test", "a:192.0.2.1", "a:%{c}.test", "ip6:::1/129", "all/8")
