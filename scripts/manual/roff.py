"""Writes pages in the macros of man(7), of which groff and mandoc say nothing."""

import re
import textwrap

SPECIAL = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}
MARKED = re.compile(r"\*\*(.+?)\*\*|__(.+?)__")


def escape(text):
    """Text as it is to be seen. What a line must not begin with is kept from doing so where the line is written."""
    return "".join(SPECIAL.get(c, c if ord(c) < 128 else rf"\[u{ord(c):04X}]") for c in text)


def quote(text):
    """An argument of a macro."""
    return '"' + escape(text).replace('"', r"\(dq") + '"'


def bold(text):
    return rf"\fB{escape(text)}\fR"


class Page:
    """References are the names of section 3: what a text says of them is set in bold, with the section."""

    def __init__(self, name, section, summary, source, references):
        """source: the date and the version, as the page's foot tells them."""
        self.name, self.section, self.references = name, section, references
        self.lines = [f'.TH {quote(name)} {section} "{source[0]}" {quote("MailModule " + source[1])}',
                      ".nh", ".ad l", ".SH NAME", self.line(f"{bold(name)} \\- {escape(summary)}")]

    @staticmethod
    def line(roff):
        """A line of text, not a request."""
        return r"\&" + roff if roff[:1] in (".", "'") else roff

    def heading(self, title):
        self.lines.append(f".SH {quote(title)}")

    def heading_within(self, title):
        self.lines.append(f".SS {quote(title)}")

    def new_paragraph(self):
        if not self.lines[-1].startswith((".SH", ".SS")):
            self.lines.append(".PP")

    def paragraph(self, text):
        self.new_paragraph()
        self.lines += self.prose(text)

    def item(self, tag, text, is_bold=True):
        self.lines += [".TP", self.line(bold(tag) if is_bold else rf"\fI{escape(tag)}\fR")]
        self.lines += self.prose(text) if text else [r"\&"]

    def code(self, lines):
        self.new_paragraph()
        self.lines += [".RS 4", ".nf", *(self.line(escape(line)) or r"\&" for line in lines), ".fi", ".RE"]

    def table(self, rows):
        """Columns of equal rank; the last one takes what room there is."""
        layout = " ".join(["l"] * (len(rows[0]) - 1) + ["lx"])
        self.new_paragraph()
        self.lines += [".TS", layout + "."]
        self.lines += ["\t".join(f"T{{\n{self.line(self.inline(cell))}\nT}}" for cell in cells) for cells in rows]
        self.lines.append(".TE")

    def prose(self, text):
        """A sentence begins a line, as the manual of man wishes; long ones go on in the next."""
        lines = []
        for sentence in re.split(r"(?<=[.!?]) (?=[A-Z(]|\\f)", self.inline(" ".join(text.split()))):
            lines += textwrap.wrap(sentence, 110, break_long_words=False, break_on_hyphens=False)
        return [self.line(line) for line in lines]

    def inline(self, text):
        """What stands between ** is bold, between __ italic; names of pages and of constants are found."""
        result, at = "", 0
        for mark in MARKED.finditer(text):
            result += self.names(text[at:mark.start()])
            result += bold(mark[1]) if mark[1] else rf"\fI{escape(mark[2])}\fR"
            at = mark.end()
        return result + self.names(text[at:])

    def names(self, text):
        result, at = "", 0
        for word in re.finditer(r"\b[A-Za-z_][A-Za-z_0-9]*\b(?:\(3\))?", text):
            name = word[0].removesuffix("(3)")
            if name not in self.references and not re.match(r"MM_|ACTION_|STATE_|ALL_ACTIONS", name):
                continue
            is_used = re.match(r"\(|\.\w| \w+ = ", text[word.end():])  # in code, not named
            is_page = name in self.references and name != self.name and not is_used
            result += escape(text[at:word.start()]) + bold(name) + ("(3)" if is_page else "")
            at = word.end()
        return result + escape(text[at:])

    def see_also(self, names):
        """Pages, as pairs of name and section."""
        names = list(names)
        self.heading("SEE ALSO")
        for number, (name, section) in enumerate(names):
            comma = "," if number + 1 < len(names) else ""
            self.lines.append(f".BR {escape(name)} ({section}){comma}")

    @property
    def text(self):
        begins = [r"'\" t"] if ".TS" in self.lines else []
        return "\n".join(begins + [r'.\" Made from the header, the settings or the help; what is changed here is lost.',
                                   *self.lines]) + "\n"
