"""The manual pages: manual.py HEADER SYMBOLS SETTINGS KEYS MANDOC GROFF [PROGRAM...]

They are complete, two formatters find nothing to say of them, and a declaration without its comment is an error. The
pages are made from HEADER, SETTINGS and PROGRAM; SYMBOLS and KEYS, the table of settings in C#, say what must be there.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAKER = ROOT / "scripts" / "man.py"

STAND_IN = r"""#!/bin/sh
case "$1" in
  queue) cat <<'HELP'
usage: mailmodule queue list [--json]
       mailmodule queue hold ID

Shows and changes the queue of a running host.

.dots and
'quotes' begin lines; so does a back\slash

options:
  --json     prints one object a line,
             with all that is known
  --spool=D  '.' unless given
HELP
  ;;
  mx) printf 'usage: mailmodule mx DOMAIN\n\nFinds the mail hosts of a domain.\n' ;;
  *) cat <<'HELP'
usage: mailmodule COMMAND [ARGUMENT...]

Sends mail, and looks at queues. It is a sample as well.

commands:
  queue  shows the queue
  mx     finds the mail hosts
HELP
esac
"""


def output(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True)


class Test:
    def __init__(self, folder, header, symbols, settings, keys, mandoc, groff, program):
        self.folder, self.header, self.settings = folder, pathlib.Path(header), pathlib.Path(settings)
        self.symbols, self.keys = pathlib.Path(symbols).read_text(), pathlib.Path(keys).read_text()
        self.mandoc, self.groff, self.program = mandoc, groff, program

    def make(self, name, header=None, program=()):
        """The folder with the pages."""
        result = self.try_to_make(name, header or self.header, program)
        assert result.returncode == 0, result.stderr
        return self.folder / name

    def try_to_make(self, name, header, program=()):
        return output(sys.executable, MAKER, self.folder / name, header, self.settings, *program)

    def altered(self, old, new):
        """A header in which one thing is other than it was."""
        text = self.header.read_text()
        assert old in text, old
        file = self.folder / "altered.h"
        file.write_text(text.replace(old, new, 1))
        return file

    def stand_in(self):
        file = self.folder / "mailmodule"
        file.write_text(STAND_IN)
        file.chmod(0o755)
        return [file]

    def rendered(self, page):
        """What a reader sees, without the marks of bold and italic, in one line."""
        text = re.sub(".\x08", "", output(self.mandoc, "-Tascii", "-O", "width=200", page).stdout)
        return " ".join(text.split())

    def finds_nothing_wrong(self, folder):
        pages = sorted(folder.glob("man*/*"))
        assert pages
        for words in ([self.mandoc, "-Tlint", "-W", "warning"], [self.groff, "-t", "-man", "-ww", "-z", "-Tutf8"]):
            result = output(*words, *pages)
            assert result.returncode == 0 and not result.stdout + result.stderr, result.stdout + result.stderr

    # ---- the tests ----

    def test_every_symbol_that_was_ever_released_has_a_page(self):
        pages = self.make("pages")
        names = [line.split()[0] for line in self.symbols.splitlines() if line and line[0] not in "#_"]
        names += re.findall(r"MM_CALL (\w+)\(", re.sub(r"/\*.*?\*/", "", self.header.read_text(), flags=re.S))
        missing = {name for name in names if not (pages / "man3" / f"{name}.3").is_file()}
        assert names and not missing, missing

    def test_every_type_constant_and_member_stands_in_a_page(self):
        pages = "\n".join(page.read_text() for page in (self.make("pages") / "man3").glob("*"))
        words = set(re.findall(r"\w+", re.sub(r"\\f[BIR]", " ", pages)))
        code = re.sub(r"/\*.*?\*/", "", self.header.read_text(), flags=re.S)
        constants = re.findall(r"^\s*(?:#define )?((?:MM|ACTION|STATE)_\w+)(?: =| [({\d\\])", code, re.M)
        callbacks = re.findall(r"\(MM_CALL \*(\w+)\)", code)
        bodies = re.findall(r"typedef struct \w+ \{(.*?)\}", code, re.S)
        members = [name for body in bodies for name in re.findall(r"(\w+)(?:\[\w+\])?[;,]", body)]
        expected = set(constants + callbacks + members) - {"MM_VERSION_MAJOR", "MM_VERSION_MINOR", "MM_VERSION_PATCH"}
        assert len(expected) > 100 and expected <= words, expected - words

    def test_every_setting_stands_in_the_page_of_settings(self):
        page = (self.make("pages") / "man5" / "mailmodule.cfg.5").read_text()
        tags = " ".join(re.findall(r"^\.TP\n(.*)", page, re.M)).replace(r"\fB", " ")
        keys = re.findall(r"public static readonly Setting \w+ =[^;\"]*\"(\w+)\"", self.keys)
        missing = {key for key in keys if not re.search(rf"\b{key}\b", tags)}
        assert len(keys) > 100 and not missing, missing

    def test_the_formatters_find_nothing_wrong(self):
        self.finds_nothing_wrong(self.make("pages", program=self.program))

    def test_what_a_page_refers_to_is_there(self):
        pages = self.make("pages", program=self.program)
        there = {page.name for page in pages.glob("man*/*")}
        for page in pages.glob("man*/*"):
            text = page.read_text()
            named = re.findall(r"^\.BR (\S+) \((\d)\)", text, re.M) + re.findall(r"\\fB([\w.\\-]+)\\fR\((\d)\)", text)
            names = {f"{name}.{section}".replace("\\", "") for name, section in named}
            assert ".SH \"SEE ALSO\"" in text and names <= there, (page, names - there)

    def test_a_page_says_all_that_its_comment_says(self):
        page = self.rendered(self.make("pages") / "man3" / "mm_send_add_recipient.3")
        for words in ("adds a recipient", "int mm_send_add_recipient(mm_send *send, const char *address, int notify,",
                      "notify MM_SEND_NOTIFY_... bits.", "MM_E_STATE (started already)", "one at a time for a message",
                      "Since MailModule 0.1."):
            assert words in page, (words, page)

    def test_a_declaration_without_its_comment_is_an_error(self):
        for old, new, says in (
                ("#if defined(__cplusplus)\n} /*", "MM_API int MM_CALL mm_new(int a);\n#if defined(__cplusplus)\n} /*",
                 "mm_new has no comment"),
                (" * Adds a recipient. They count from 0.\n", "", "mm_send_add_recipient: the comment does not say"),
                (" * notify   MM_SEND", " * notifier   MM_SEND", "no parameter of it: notifier"),
                ("for a message.\n * Since 0.1.", "for a message.", 'has no "Since ..."'),
                ("Threads: any, one at a time for a message.\n * Since", "\n * Since", 'has no "Threads: ..."'),
                ("Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT; MM_E_STATE (started already). Threads", "Threads",
                 'has no "Returns ..."')):
            result = self.try_to_make("altered", self.altered(old, new))
            assert result.returncode != 0 and says in result.stderr, (new, result)
            assert re.match(r".*altered\.h:\d+: ", result.stderr), result.stderr

    def test_a_form_that_is_not_understood_is_an_error(self):
        odd = self.altered("MM_API const char *MM_CALL mm_version(void);",
                           "MM_API const char *MM_CALL mm_version(void) __attribute__((const));")
        result = self.try_to_make("altered", odd)
        assert result.returncode != 0 and "mm_version" in result.stderr, result

    def test_what_cannot_be_made_leaves_the_pages_that_are_there(self):
        pages = self.make("pages")
        before = sorted(pages.glob("man*/*"))
        assert self.try_to_make("pages", self.altered("Since 0.1.", "")).returncode != 0
        assert sorted(pages.glob("man*/*")) == before

    def test_a_command_has_a_page_for_each_of_its_commands(self):
        pages = self.make("command", program=self.stand_in())
        assert {page.name for page in (pages / "man1").glob("*")} == {
            "mailmodule.1", "mailmodule-queue.1", "mailmodule-mx.1"}
        self.finds_nothing_wrong(pages)
        queue = self.rendered(pages / "man1" / "mailmodule-queue.1")
        for words in ("shows the queue", "mailmodule queue hold ID", ".dots and 'quotes' begin lines",
                      r"back\slash", "--json prints one object a line, with all that is known", "--spool=D '.' unless"):
            assert words in queue, (words, queue)
        assert "mailmodule-mx(1)" in self.rendered(pages / "man1" / "mailmodule.1")

    def test_the_command_has_pages_that_say_what_its_help_says(self):
        pages = self.make("pages", program=self.program) / "man1"
        commands = [""] + [page.stem.partition("-")[2] for page in pages.glob("mailmodule-*.1")]
        assert len(commands) > 6 or not self.program, commands
        for command in commands if self.program else []:
            says = output(*self.program, *filter(None, [command]), "--help").stdout
            page = self.rendered(pages / f"mailmodule{command and '-'}{command}.1")
            words = re.findall(r"[\w./:@-]+", says.split("\n\n", 1)[1].replace(":\n", "\n"))
            missing = {word for word in words if word.lower() not in page.lower()}
            assert words and not missing, (command, missing)

    def test_the_same_sources_make_the_same_pages(self):
        os.environ["SOURCE_DATE_EPOCH"] = "1000000000"
        first, second = self.make("first"), self.make("second")
        for page in first.glob("man*/*"):
            text = page.read_text()
            assert "2001-09-09" in text and text == (second / page.relative_to(first)).read_text(), page
        del os.environ["SOURCE_DATE_EPOCH"]


def main(header, symbols, settings, keys, mandoc, groff, *program):
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        test = Test(pathlib.Path(folder), header, symbols, settings, keys, mandoc, groff, program)
        for name in [name for name in dir(test) if name.startswith("test_")]:
            try:
                getattr(test, name)()
                print("ok  ", name)
            except AssertionError as wrong:
                print("FAIL", name, wrong)
                failed += 1
    return 1 if failed else 0


sys.exit(main(*sys.argv[1:]))
