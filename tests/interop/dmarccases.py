"""Random messages with DMARC records for them, each in a corner of one zone, and what libopendmarc makes of them: as it is, by RFC 7489, and with each
of its departures from RFC 9989 corrected. A correction has the name of the class of differences that it explains."""

import random
import re

CLIENT, STRANGER = "192.0.2.1", "192.0.2.2"
SUFFIXES = ("test", "co.test", "bank.test")  # bank.test has a record
REGISTRY = {"bank.test": "v=DMARC1; p=quarantine; np=reject; psd=y"}
PLAIN = ("p=none", "p=quarantine", "p=reject")
OPTIONS = ("sp=none", "sp=quarantine", "sp=reject", "adkim=s", "adkim=r", "aspf=s", "aspf=r", "pct=0", "pct=50", "rua=mailto:r@x.test", "fo=1", "x=y", "ri=3600")
NEW = ("t=y", "t=n", "np=none", "np=quarantine", "np=reject", "psd=n", "psd=u")
ODD = ("p=rej", "p=x", "sp=q", "sp=x", "np=x", "adkim=strict", "aspf=x", "p=none;p=reject", "sp=none;sp=reject", "x=y")
MILDER = {"reject": "quarantine", "quarantine": "none"}


class Case:
    def __init__(self, number, pick):
        self.suffix = pick.choice(SUFFIXES)
        self.organization = f"o{number}.{self.suffix}"
        self.author = pick.choice(("", "a.", "a.b.", "a.b.c.")) + self.organization
        self.records = {}
        self.choose_records(pick)
        self.spf = (self.identity(number, pick), pick.random() < 0.7) if pick.random() < 0.6 else None
        self.signatures = [(self.identity(number, pick), pick.random() < 0.7) for _ in range(pick.choice((0, 0, 1, 1, 1, 2)))]
        self.has_address = pick.random() < 0.5

    def choose_records(self, pick):
        if pick.random() < 0.85:
            self.records[self.organization] = self.record(pick)
        if self.author != self.organization and pick.random() < 0.3:
            self.records[self.author] = self.record(pick)
        if self.author.startswith("a.b.") and pick.random() < 0.15:
            self.records[self.author[2:]] = self.record(pick)

    @staticmethod
    def record(pick):
        tags = [pick.choice(PLAIN)] + pick.sample(OPTIONS, pick.randrange(4)) + pick.sample(NEW, pick.random() < 0.15)
        if pick.random() < 0.1:
            tags.insert(0, pick.choice(ODD))
            tags = tags[:1] + tags[2:] if tags[0] == "x=y" else tags
        names = [tag.split("=")[0] for tag in tags]
        tags = [tag for at, tag in enumerate(tags) if names[at] not in names[:at]]
        pick.shuffle(tags)
        text = pick.choice(("v=DMARC1", "v=DMARC1", "v = DMARC1", "V=DMARC1"))
        for tag in tags:
            text += pick.choice((";", "; ", " ; ")) + (tag.upper() if pick.random() < 0.3 else tag)
        return text + pick.choice(("", ";"))

    def identity(self, number, pick):
        return pick.choice((self.author, self.organization, "x." + self.organization, "y.x." + self.organization, self.author.split(".", 1)[-1],
                            "b." + self.organization, f"other{number % 7}.test", self.suffix))

    def zone(self, key):
        """Lines of zone text, relative to test."""
        for name, text in self.records.items():
            yield f'{short("_dmarc." + name)} TXT "{text}"'
        if self.spf:
            yield f'{short(self.spf[0])} TXT "v=spf1 ip4:{CLIENT} -all"'
        for domain, _ in self.signatures:
            yield f'{short("good._domainkey." + domain)} TXT "v=DKIM1; k=ed25519; p={key}"'
        if self.has_address:
            yield f"{short(self.author)} A 192.0.2.9"

    def exists(self):
        """A name with others below it is there too."""
        names = [*("_dmarc." + name for name in self.records), *(domain for domain, _ in self.signatures), *([self.spf[0]] if self.spf else [])]
        return self.has_address or any(name == self.author or name.endswith("." + self.author) for name in names)


def short(name):
    """Without the zone's name."""
    return "@" if name == "test" else name.removesuffix(".test")


def cases(seed, count):
    pick = random.Random(seed)
    return [Case(number, pick) for number in range(count)]


def tags_of(text):
    """Names and values, in small letters, in order."""
    return [tuple(word.strip() for word in tag.lower().split("=", 1)) for tag in text.split(";") if "=" in tag]


class Question:
    """What libopendmarc is asked; corrections change it."""

    def __init__(self, case, theirs):
        self.case, self.author = case, case.author
        top = theirs.organization(case.author)
        self.at = next((name for name in (case.author, top) if name in case.records), None)
        self.record = case.records.get(self.at)
        self.spf, self.signatures = case.spf, case.signatures
        self.is_one_by_one, self.verdict, self.becomes = False, None, {}

    def tags(self):
        return tags_of(self.record or "")

    def replace(self, wrong, by):
        """Takes tags of a name away and puts one in their place."""
        kept = [f"{name}={value}" for name, value in self.tags() if name != wrong]
        self.record = "; ".join(kept + by)

    def keep(self, is_kept):
        """Identities that may count."""
        self.spf = self.spf if self.spf and is_kept(self.spf[0], "aspf") else None
        self.signatures = [one for one in self.signatures if is_kept(one[0], "adkim")]

    def ask(self, theirs):
        if self.verdict:
            return self.verdict
        rounds = [[one] for one in self.signatures] if self.is_one_by_one and self.signatures else [self.signatures]
        answers = [theirs.judge(self.author, self.record, self.at, self.spf, signatures) for signatures in rounds]
        answer = "pass" if "pass" in answers else answers[0]
        return self.becomes.get(answer, answer)


def walk(question, start):
    """RFC 9989 §4.10: the organization, and the records on the way, the longest name first."""
    known = {**question.case.records, **REGISTRY}
    labels = start.split(".")
    found = []
    for name in (".".join(labels[at:]) for at in range(len(labels))):
        psd = dict(tags_of(known.get(name, ""))).get("psd", "u")
        if name in known:
            found.append(name)
        if name in known and psd == "n":
            return name, found
        if name in known and psd == "y" and name != start:
            return ".".join(labels[-len(name.split(".")) - 1:]), found
    return (found[-1] if found else start), found


def where_an_organization_ends(question):
    """By the tree walk (RFC 9989 §4.10), not by a list; a suffix that signs signs for nobody else."""
    own, found = walk(question, question.author)
    records = {**question.case.records, **REGISTRY}
    candidates = [name for name in (question.author, own) if name in found] + [name for name in found if "psd=y" in records[name]]
    question.at = candidates[0] if candidates else None
    question.record = records.get(question.at)
    question.keep(lambda domain, _: domain == question.author or walk(question, domain)[0] == own)


def policies_that_are_wrong(question):
    """RFC 9989 §4.10.1: with rua= as p=none, else no DMARC. libopendmarc takes beginnings of words, the last of two tags, and no other wrong value."""
    values = {}
    for name, value in question.tags():
        values.setdefault(name, []).append(value)
    wrong = [name for name in ("p", "sp", "np") if name in values and (len(values[name]) > 1 or values[name][0] not in ("none", "quarantine", "reject"))]
    if question.record and (wrong or "p" not in values):
        if "rua" not in values:
            question.verdict = "error"
        for name in ("p", "sp", "np"):
            question.replace(name, ["p=none"] if name == "p" else [])


def alignment_that_is_wrong(question):
    """RFC 9989 §4.8: a wrong value is the default. libopendmarc takes beginnings of words, and drops the record for others."""
    for name in ("adkim", "aspf"):
        if dict(question.tags()).get(name, "r") not in ("r", "s"):
            question.replace(name, [])


def strict_alignment(question):
    """libopendmarc 1.4.2 aligns as in relaxed mode."""
    tags = dict(question.tags())
    question.keep(lambda domain, tag: tags.get(tag) != "s" or domain == question.author)


def several_signatures(question):
    """libopendmarc 1.4.2 keeps one that passed, which need not be the one that is aligned."""
    question.is_one_by_one = True


def names_that_do_not_exist(question):
    """np= (RFC 9989 §4.7)."""
    np = dict(question.tags()).get("np")
    if np and question.at != question.author and not question.case.exists():
        question.replace("sp", [f"sp={np}"])


def testing(question):
    """t=y (RFC 9989 §4.7): one step milder."""
    if dict(question.tags()).get("t") == "y":
        question.becomes = MILDER


CORRECTIONS = (where_an_organization_ends, policies_that_are_wrong, alignment_that_is_wrong, strict_alignment, several_signatures, names_that_do_not_exist,
               testing)


def judged(case, theirs, corrections):
    question = Question(case, theirs)
    for correct in corrections:
        correct(question)
    return question.ask(theirs)
