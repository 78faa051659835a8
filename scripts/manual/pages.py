"""A page for each declaration of the header, and one for the whole of it."""

import re

from manual import roff
from manual.text import Paragraph

WIDTH = 76


class Pages:
    def __init__(self, header, source, others):
        """others: pages of other things, by name and section."""
        self.header, self.source, self.others = header, source, others
        self.by_name = {found.name: found for found in header.declarations}
        self.references = set(self.by_name)

    def all(self):
        yield self.overview()
        for found in self.header.declarations:
            yield self.page(found)

    def summary(self, found):
        """Of one that says "As mm_..." alone: what that does."""
        like = re.match(r"as (\w+)", found.comment.summary)
        return self.summary(self.by_name[like[1]]) if like and like[1] in self.by_name else found.comment.summary

    # ---- one declaration ----

    def page(self, found):
        page = roff.Page(found.name, "3", self.summary(found), self.source, self.references)
        comment, note = found.comment, found.section.note
        page.heading("SYNOPSIS")
        page.lines += [".nf", r"\fB#include <mailmodule.h>\fR", ".PP", *synopsis(found), ".fi"]
        page.heading("DESCRIPTION")
        self.blocks(page, comment.what[:comment.before])
        for names, text in comment.parameters:
            page.item(names, text, is_bold=False)
        self.blocks(page, comment.what[comment.before:])
        self.members(page, found)
        self.part(page, "RETURN VALUE", comment.returns)
        self.part(page, "OWNERSHIP", capital(comment.ownership))
        self.part(page, "THREADS", capital(comment.threads or note.threads))
        self.part(page, "NOTES", note.what)
        if found.kind == "handle":
            self.users(page, found)
        if comment.since:
            page.heading("HISTORY")
            page.paragraph(f"Since MailModule {comment.since[0].text}")
        page.see_also(self.related(found))
        return page

    def part(self, page, title, blocks):
        if blocks:
            page.heading(title)
            self.blocks(page, blocks)

    @staticmethod
    def blocks(page, blocks):
        for block in blocks:
            if isinstance(block, Paragraph):
                page.paragraph(block.text)
            elif all(len(cells) <= 2 for cells in block.cells):
                for cells in block.cells:
                    page.item(cells[0], cells[1] if len(cells) > 1 else "")
            else:
                page.table(block.cells)

    @staticmethod
    def members(page, found):
        if found.kind == "structure":
            page.heading("MEMBERS")
            for declared, text in found.members:
                page.item(member_name(declared), text, is_bold=False)
        for enum in [found] if found.kind == "enum" else found.enums:
            page.heading("VALUES" if enum is found else "CONSTANTS")
            for constant, text in enum.members:
                page.item(constant, text)

    def users(self, page, found):
        """The functions that a handle is for."""
        users = [other for other in self.header.declarations
                 if other.kind == "function" and re.search(rf"\b{found.name} \*", other.words)]
        if users:
            page.heading("FUNCTIONS")
            for user in users:
                page.lines += [".TP", f".BR {roff.escape(user.name)} (3)", *page.prose(self.summary(user))]

    def related(self, found):
        words = f"{found.words} {found.comment.text} {found.section.note.text}"
        named = dict.fromkeys(re.findall(r"\w+", words))
        names = sorted(name for name in named if name in self.by_name and name != found.name)
        if re.search(r"\bsettings?\b", words):
            yield "mailmodule.cfg", "5"
        yield "mailmodule", "3"
        for name in names:
            yield name, "3"

    # ---- the header as a whole ----

    def overview(self):
        opening = [*self.header.opening]
        while not opening[0]:
            opening.pop(0)
        summary = re.sub(r"^.*? - |\. .*", "", opening.pop(0))
        page = roff.Page("mailmodule", "3", summary, self.source, self.references)
        page.heading("SYNOPSIS")
        page.lines += [".nf", r"\fB#include <mailmodule.h>\fR", ".PP",
                       roff.bold("cc") + " ... " + roff.bold("-lmailmodule"), ".fi"]
        page.heading("DESCRIPTION")
        opening_text(page, opening)
        page.heading("FUNCTIONS AND TYPES")
        for section in self.header.sections:
            page.heading_within(section.title)
            for found in section.declarations:
                page.lines += [".TP", f".BR {roff.escape(found.name)} (3)", *page.prose(self.summary(found))]
        page.see_also(self.others)
        return page


def capital(blocks):
    return [Paragraph(block.text[0].upper() + block.text[1:]) for block in blocks[:1]] + blocks[1:]


def opening_text(page, lines):
    """The header's first comment: headings in capitals, items that begin with G1 or a dash, code indented by four."""
    words, code, tag = [], [], None

    def end():
        nonlocal words, code, tag
        if code:
            page.code(code)
        elif words and tag:
            page.item(tag, " ".join(words))
        elif words:
            page.paragraph(" ".join(words))
        words, code, tag = [], [], None

    for line in [*lines, ""]:
        item = re.match(r"(G\d)( .*)|(?: {2}- )(.*)", line)
        if tag and line.lstrip() == line and not item:
            end()
        if line.startswith("    ") and not words:
            code.append(line[4:])
        elif not line:
            end()
        elif re.fullmatch(r"[A-Z][A-Z' ]+", line):
            end()
            page.heading(line)
        elif item:
            end()
            tag, words = item[1] or "*", [(item[2] or item[3]).strip()]
        else:
            words.append(line.strip())


def member_name(declared):
    """mm_transport_read_fn read -> read; uint32_t ip[12] -> ip; int64_t a, b -> a, b"""
    return re.search(r"(\w+(?:, \w+)*)(?:\[.*\])?$", declared)[1]


def synopsis(found):
    if found.kind in ("function", "callback"):
        yield from call(found)
    elif found.kind == "structure":
        yield from block(f"typedef struct {found.name} {{", [f"{declared};" for declared, _ in found.members],
                         f"}} {found.name};")
    elif found.kind == "enum":
        yield from block(f"enum {found.name} {{", [f"{constant}," for constant, _ in found.members], "};")
    elif found.kind == "handle":
        yield roff.bold(f"typedef struct {found.name} {found.name};")
    elif found.kind == "type":
        yield roff.bold(f"typedef {found.result}{found.name};")
    for name, value in found.macros:
        text = f"{found.name} x = {name};" if found.kind == "structure" else f"#define {name} {value}"
        yield from [roff.bold(text)] if found.kind == "constant" else [".PP", roff.bold(text)]


def block(first, lines, last):
    yield roff.bold(first)
    for line in lines:
        yield roff.bold(f"    {line if line is not lines[-1] else line.rstrip(',')}")
    yield roff.bold(last)


def call(found):
    """The prototype: names of arguments in italics, in lines of at most 76 columns."""
    space = "" if found.result.endswith("*") else " "
    is_callback = found.kind == "callback"
    name = f"(*{found.name})(" if is_callback else f"{found.name}("
    opening = ("typedef " if is_callback else "") + found.result + space + name
    indent, line, width = min(len(opening), 8), roff.bold(opening), len(opening)
    arguments = found.arguments or ["void"]
    for number, argument in enumerate(arguments):
        ends = ");" if number + 1 == len(arguments) else ","
        needed = len(argument) + len(ends) + (1 if number else 0)
        if width + needed > WIDTH and (number or width > indent):
            yield line
            line, width = rf"\fB{' ' * indent}\fR", indent
        elif number:
            line += " "
        line += set_argument(argument) + roff.bold(ends)
        width += needed
    yield line


def set_argument(argument):
    parts = re.fullmatch(r"(.*[ *])(\w+)", argument)
    return rf"{roff.bold(parts[1])}\fI{roff.escape(parts[2])}\fR" if parts else roff.bold(argument)
