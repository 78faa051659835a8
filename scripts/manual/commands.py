"""Pages of a command and of its commands, made from what they say to --help:

    usage: mailmodule send [OPTION...] RECIPIENT...
           mailmodule send --queue RECIPIENT...

    What it does, in paragraphs. A line that ends with a colon and is followed by indented ones is a heading.

    options:
      --json     a word, two spaces or more, and its meaning,
                 continued further in

The help of the program alone has its commands, each with what it does, below "commands:"."""

import re
import subprocess

from manual import roff

USAGE = re.compile(r"(?:usage: +)?(.+)", re.I)


def said(words):
    """On standard output, with success: what a person asked for is no error."""
    return subprocess.run([*words, "--help"], check=True, capture_output=True, text=True, timeout=60).stdout


class Help:
    def __init__(self, text):
        """Paragraphs as lists of lines; the first is the usage."""
        parts = [part.split("\n") for part in re.split(r"\n\s*\n", text.strip("\n").replace("\t", " " * 8))]
        self.usage = [USAGE.match(line.strip())[1] for line in parts[0] if line.strip()]
        self.parts = parts[1:]

    def commands(self):
        """Names of commands and what each does."""
        for lines in self.parts:
            if lines[0].strip().lower() == "commands:":
                return [(row[0].split()[0], row[1]) for row in rows(lines[1:])]
        return []

    def first_sentence(self):
        for lines in self.parts:
            if not lines[0].startswith(" ") and not lines[0].endswith(":"):
                sentence = re.match(r".*?[^.](?=[.:;](?: |$))|.*", " ".join(lines))[0]
                return sentence[0].lower() + sentence[1:] if re.match(r"[A-Z][a-z]* ", sentence + " ") else sentence
        return ""


def rows(lines):
    """A word and its meaning each; what stands further in goes on with the row before."""
    found, indent = [], None
    for line in lines:
        cells = re.split(r" {2,}", line.strip(), maxsplit=1)
        at = len(line) - len(line.lstrip())
        indent = at if indent is None else indent
        if at > indent and found:
            found[-1][1] = (found[-1][1] + " " + line.strip()).strip()
        else:
            found.append([cells[0], cells[1] if len(cells) > 1 else ""])
    return found


def add_part(page, lines):
    if lines[0].endswith(":") and len(lines) > 1 and lines[1].startswith(" "):
        page.heading(lines[0].rstrip(":").upper())
        lines = lines[1:]
    if not lines[0].startswith(" "):
        text = [line for line in lines if not line.startswith(" ")]
        page.paragraph(" ".join(text))
        lines = lines[len(text):]
    if lines and all(re.search(r"\S {2,}\S", line) or line.startswith("      ") for line in lines):
        for word, meaning in rows(lines):
            page.item(word, meaning)
    elif lines:
        page.code([line.strip() for line in lines])


def command_page(name, summary, help_text, source, others):
    page = roff.Page(name, "1", summary, source, set())
    page.heading("SYNOPSIS")
    page.lines += [".nf", *(page.line(roff.escape(line)) for line in help_text.usage), ".fi"]
    page.heading("DESCRIPTION")
    for lines in help_text.parts:
        add_part(page, lines)
    page.see_also((other, section) for other, section in others if (other, section) != (name, "1"))
    return page


class Commands:
    """The program by which commands are asked; the words before it may be an emulator's."""

    def __init__(self, words, name):
        self.words, self.name = words, name
        self.help = Help(said(words))
        self.summaries = dict(self.help.commands())

    def names(self):
        return [(self.name, "1"), *((f"{self.name}-{command}", "1") for command in self.summaries)]

    def pages(self, source, others):
        yield command_page(self.name, self.help.first_sentence(), self.help, source, others)
        for command, summary in self.summaries.items():
            help_text = Help(said([*self.words, command]))
            yield command_page(f"{self.name}-{command}", summary.rstrip("."), help_text, source, others)
