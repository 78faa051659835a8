"""Reads include/mailmodule.h: a C header in one strict form, each declaration with its comment (manual/text.py).

What a C program on Linux sees is read; declarations for C++ and for Windows alone are not."""

import re
from dataclasses import dataclass, field

from manual import text

TOKEN = re.compile(r"/\*.*?\*/|#define (?:[^\n]*\\\n)*[^\n]*|"
                   r"[^\s/#](?:/\*.*?\*/|\{(?:/\*.*?\*/|[^}])*\}|[^;{/])*;", re.S)
RULE = re.compile(r"/\* -+ \*/")
FUNCTION = re.compile(r"MM_API\s+(.*?)\s*MM_CALL\s+(\w+)\(((?:[^()]|\([^()]*\))*)\);", re.S)
CALLBACK = re.compile(r"typedef\s+(.*?)\s*\(MM_CALL \*(\w+)\)\((.*)\);", re.S)
STRUCTURE = re.compile(r"typedef struct \w+ \{(.*)\} (\w+);", re.S)
ENUM = re.compile(r"enum (\w*) ?\{(.*)\};", re.S)
MEMBER = re.compile(r"([^;]+);\s*(/\*\*<.*?\*/)?", re.S)
CONSTANT = re.compile(r"(\w+) = ([^,/]+?)\s*(?:,\s*|(?=/\*)|$)(/\*\*<.*?\*/)?", re.S)
NO_CONSTANT = {"MM_API", "MM_CALL"}


class Malformed(Exception):
    """The header is not in its form; the text begins with the line."""


@dataclass
class Declaration:
    kind: str  # function, callback, structure, enum, handle, type, constant
    name: str
    section: "Section"
    comment: text.Comment
    result: str = ""
    arguments: list[str] = field(default_factory=list)
    members: list[tuple[str, str]] = field(default_factory=list)  # declaration or name, and comment
    macros: list[tuple[str, str]] = field(default_factory=list)  # that stand behind it without a comment of their own
    enums: list = field(default_factory=list)  # without a name, for the callback behind them

    @property
    def words(self):
        return self.result + " " + " ".join(self.arguments) + " " + " ".join(member for member, _ in self.members)


@dataclass
class Section:
    title: str
    note: text.Comment = field(default_factory=text.Comment)  # what holds for all that stands in it
    declarations: list[Declaration] = field(default_factory=list, repr=False)


@dataclass
class Header:
    opening: list[str]
    version: str
    sections: list[Section]

    @property
    def declarations(self):
        return [declaration for section in self.sections for declaration in section.declarations]


def is_seen(condition):
    """Whether C11 for Linux, by GCC, sees what stands behind a condition."""
    known = {"__GNUC__": "True"}
    python = re.sub(r"defined\((\w+)\)", lambda m: known.get(m[1], "False"), condition)
    python = python.replace("__STDC_VERSION__ >= 201112L", "True").replace("&&", " and ").replace("||", " or ")
    return bool(eval(python.replace("!", " not "), {"__builtins__": {}}))


def preprocess(source):
    """The same lines, empty where they are not seen."""
    seen, stack = [], []  # of each open #if: whether it is seen now, whether a branch of it was
    for line in source.split("\n"):
        directive = re.match(r"#(ifndef|if|elif|else|endif)\b(.*)", line)
        if not directive:
            seen.append(line if all(now for now, _ in stack) else "")
            continue
        seen.append("")
        word, condition = directive[1], directive[2].strip()
        if word in ("if", "ifndef"):
            now = word == "ifndef" or is_seen(condition)
            stack.append((now, now))
        elif word == "endif":
            stack.pop()
        else:
            before = stack[-1][1]
            now = not before and (word == "else" or is_seen(condition))
            stack[-1] = (now, before or now)
    return "\n".join(seen)


def one_line(code):
    return re.sub(r"\s+", " ", code).strip()


def arguments(code):
    without_defaults = re.sub(r" MM_DEFAULT\((?:[^()]|\([^()]*\))*\)", "", one_line(code))
    return [] if without_defaults == "void" else without_defaults.split(", ")


def members(code):
    return [(one_line(declared), " ".join(text.plain(comment)) if comment else "")
            for declared, comment in MEMBER.findall(code)]


def constants(code):
    return [(f"{name} = {value}", " ".join(text.plain(comment)) if comment else "")
            for name, value, comment in CONSTANT.findall(code)]


class Reader:
    def __init__(self, source):
        self.code = preprocess(source)
        self.sections, self.opening, self.comment, self.enums = [], None, None, []
        self.version = re.search(r'#define MM_VERSION "(.*)"', source)[1]

    def line(self, at):
        return self.code.count("\n", 0, at) + 1

    def read(self):
        expects_title = False
        for token in TOKEN.finditer(self.code):
            word = token[0]
            if RULE.fullmatch(word):
                expects_title = not expects_title
            elif expects_title and word.startswith("/*"):
                self.sections.append(Section(" ".join(text.plain(word)).strip()))
            elif word.startswith("/**"):
                self.comment = text.read(word, self.line(token.start()))
            elif word.startswith("/*"):
                self.take_note(word)
            else:
                self.take_code(word, self.line(token.start()))
        return Header(self.opening, self.version, self.sections)

    def take_note(self, word):
        if self.opening is None:
            self.opening = text.plain(word)
        elif self.sections and not self.sections[-1].declarations:
            self.sections[-1].note = text.read(word, 0)

    def take_code(self, code, line):
        if not self.sections:
            self.sections.append(Section("General"))
        section, comment, self.comment = self.sections[-1], self.comment, None
        if code.startswith("#define"):
            self.take_macro(code, comment, section)
            return
        found = self.declaration(code, section, comment)
        if found is None:
            return
        if comment is None:
            raise Malformed(f"{line}: {found.name or code.split('{')[0].strip()} has no comment")
        if found.kind == "enum" and not found.name:
            self.enums.append(found)
            return
        if found.kind == "callback":
            found.enums, self.enums = self.enums, []
        section.declarations.append(found)

    def take_macro(self, code, comment, section):
        macro = re.match(r"#define (\w+)(\()?(.*)", code.replace("\\\n", " "))
        name, value = macro[1], one_line(macro[3])
        if macro[2] or not value or name in NO_CONSTANT:
            return
        if comment:
            section.declarations.append(Declaration("constant", name, section, comment, macros=[(name, value)]))
        elif section.declarations:
            section.declarations[-1].macros.append((name, value))

    @staticmethod
    def declaration(code, section, comment):
        if found := FUNCTION.fullmatch(re.sub(r" MM_FORMAT\(.*?\)(?=;)", "", code)):
            return Declaration("function", found[2], section, comment, one_line(found[1]), arguments(found[3]))
        if found := CALLBACK.fullmatch(code):
            return Declaration("callback", found[2], section, comment, one_line(found[1]), arguments(found[3]))
        if found := STRUCTURE.fullmatch(code):
            return Declaration("structure", found[2], section, comment, members=members(found[1]))
        if found := ENUM.fullmatch(code):
            return Declaration("enum", found[1], section, comment, members=constants(found[2]))
        if found := re.fullmatch(r"typedef struct (\w+) \1;", code):
            return Declaration("handle", found[1], section, comment)
        if found := re.fullmatch(r"typedef (.*?)(\w+);", code, re.S):
            return Declaration("type", found[2], section, comment, found[1])
        return None


def check_function(function):
    """What a function's comment must have, itself, by the function that it names ("As mm_...") or by its section's."""
    comment, note = function.comment, function.section.note
    refers = note.threads or re.search(r"\b[Aa]s (mm_|SRV|Set|Get|Load)", comment.text)
    known = {re.sub(r".*?(\w+|\.\.\.)$", r"\1", argument) for argument in function.arguments}
    named = {name for names, _ in comment.parameters for name in names.split(", ")}
    if named - known:
        yield f"no parameter of it: {', '.join(sorted(named - known))}"
    if not comment.what:
        yield "the comment does not say what it does"
    if not comment.since:
        yield 'the comment has no "Since ..."'
    if not comment.threads and not refers:
        yield 'the comment has no "Threads: ..."'
    if not comment.returns and not refers and function.result != "void":
        yield 'the comment has no "Returns ..."'


def read(source):
    header = Reader(source).read()
    wrong = [f"{function.comment.line}: {function.name}: {what}" for function in header.declarations
             if function.kind == "function" for what in check_function(function)]
    if wrong:
        raise Malformed("\n".join(wrong))
    declared = {found.name for found in header.declarations if found.kind == "function"}
    missed = set(re.findall(r"MM_CALL (\w+)\(", re.sub(r"/\*.*?\*/", "", preprocess(source), flags=re.S))) - declared
    if missed:
        raise Malformed(f"1: declared in a form that is not understood: {', '.join(sorted(missed))}")
    return header
