"""The form that the header's comments have, read into blocks:

    What it is or does, in paragraphs.

    name        a parameter, or several with commas between
                continued further in
    Returns what, with each error. Ownership: whose. Threads: which. Since 0.1.

Indented lines that are no parameters are a list of a word and its meaning, or a table."""

import re
from dataclasses import dataclass, field

PARAMETER = re.compile(r"(\w+(?:, \w+)*|\.\.\.) {2,}(\S.*)")
PART = re.compile(r"(?:^|(?<=[.;)] ))(?=(?:Returns |Ownership: |Threads: |Since \d))")
SENTENCE = re.compile(r".*?(?:[^.]\.(?= [A-Z\"])|(?<=.{20}):(?= ))|.*")
NAMES = {"Returns": "returns", "Ownership:": "ownership", "Threads:": "threads", "Since": "since"}


@dataclass
class Paragraph:
    text: str


@dataclass
class Rows:
    """Two columns, a word and its meaning, or more: a table."""
    cells: list[list[str]]


@dataclass
class Comment:
    line: int = 0
    what: list = field(default_factory=list)
    parameters: list[list[str]] = field(default_factory=list)
    before: int = 0  # blocks of what it does that stand before the parameters
    returns: list = field(default_factory=list)
    ownership: list = field(default_factory=list)
    threads: list = field(default_factory=list)
    since: list = field(default_factory=list)

    @property
    def summary(self):
        """The first sentence, as a line of a list of pages has it."""
        first = SENTENCE.match(self.what[0].text)[0].rstrip(".:;")
        return first[0].lower() + first[1:] if re.match(r"[A-Z][a-z]* ", first + " ") else first

    @property
    def text(self):
        """All of it in one line, for what is looked for in it."""
        parts = [*self.what, *self.returns, *self.ownership, *self.threads, *self.since]
        words = [cell for rows in self.parameters for cell in rows]
        for part in parts:
            words += [part.text] if isinstance(part, Paragraph) else [cell for row in part.cells for cell in row]
        return " ".join(words)


def plain(comment):
    """The lines of a comment without its marks."""
    inner = re.sub(r"^/\*+<? ?|\s*\*/$", "", comment.strip())
    return [re.sub(r"^\s*\* ?", "", line).rstrip() if n else line.rstrip() for n, line in enumerate(inner.split("\n"))]


def pieces(text):
    return [piece for piece in map(str.strip, PART.split(text)) if piece]


class Reader:
    def __init__(self, line):
        self.found = Comment(line)
        self.part = self.found.what
        self.words, self.rows, self.is_parameter = [], [], False

    def end_block(self):
        if self.words:
            self.sort_out(" ".join(self.words))
        if self.rows:
            self.part.append(Rows(self.rows))
        self.words, self.rows, self.is_parameter = [], [], False

    def sort_out(self, text):
        """A paragraph's sentences go where they belong; a part lasts until the next one, or an empty line."""
        for piece in pieces(text):
            self.part = getattr(self.found, NAMES.get(piece.split()[0], ""), self.part)
            self.part.append(Paragraph(re.sub(r"^(Ownership|Threads): |^Since ", "", piece)))

    def take(self, line):
        if not line:
            self.end_block()
            self.part = self.found.what
        elif line.startswith(" "):
            self.take_indented(line)
        elif parameter := PARAMETER.fullmatch(line):
            self.end_block_of(words=True, parameters=False)
            if not self.found.parameters:
                self.found.before = len(self.found.what)
            self.found.parameters.append([parameter[1], parameter[2]])
            self.is_parameter = True
        else:
            self.end_block_of(words=False, parameters=True)
            self.words.append(line)

    def end_block_of(self, words, parameters):
        if (words and self.words) or self.rows or (parameters and self.is_parameter):
            self.end_block()

    def take_indented(self, line):
        if self.is_parameter:
            self.found.parameters[-1][1] += " " + line.strip()
            return
        if self.words:
            self.sort_out(" ".join(self.words))
            self.words = []
        cells = re.split(r" {2,}", line.strip())
        if self.rows and len(cells) == 1:
            self.rows[-1][-1] += " " + cells[0]
        else:
            self.rows.append(cells)


    def end(self):
        """What stands in the last parameter's lines, but is about the whole."""
        self.end_block()
        if self.found.parameters:
            last = self.found.parameters[-1]
            last[1], *rest = pieces(last[1])
            self.sort_out(" ".join(rest))
        return self.found


def read(comment, line):
    reader = Reader(line)
    for text in plain(comment):
        reader.take(text)
    return reader.end()
