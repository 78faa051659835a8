"""Makes the manual pages: man.py FOLDER HEADER SETTINGS [PROGRAM...]

FOLDER gets man1, man3 and man5. HEADER is include/mailmodule.h, SETTINGS docs/settings.md; PROGRAM is the command
"mailmodule", which is asked for its help, after an emulator's words if it needs one. The pages' date is that of the
newer of the two files, or SOURCE_DATE_EPOCH."""

import os
import pathlib
import shutil
import sys
import time

from manual import commands, header, pages, settings

COMMAND = "mailmodule"


def date(*files):
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or max(file.stat().st_mtime for file in files)
    return time.strftime("%Y-%m-%d", time.gmtime(float(seconds)))


def make(header_file, settings_file, program):
    read = header.read(header_file.read_text(encoding="utf-8"))
    source = (date(header_file, settings_file), read.version)
    command = commands.Commands(program, COMMAND) if program else None
    of_commands, of_library = command.names() if command else [], ("mailmodule", "3")
    of_settings = ("mailmodule.cfg", "5")
    of_header = pages.Pages(read, source, [*of_commands, of_settings])
    yield from of_header.all()
    markdown = settings_file.read_text(encoding="utf-8")
    yield settings.page(markdown, source, of_header.references, [*of_commands, of_library])
    if command:
        yield from command.pages(source, [*of_commands, of_library, of_settings])


def write(folder, made):
    """All of them, or on failure what was there before."""
    written = list(made)
    shutil.rmtree(folder, ignore_errors=True)
    for page in written:
        file = folder / f"man{page.section}" / f"{page.name}.{page.section}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page.text, encoding="ascii")
    return len(written)


def main(folder, header_file, settings_file, *program):
    try:
        count = write(pathlib.Path(folder), make(pathlib.Path(header_file), pathlib.Path(settings_file), program))
    except header.Malformed as malformed:
        print("\n".join(f"{header_file}:{line}" for line in str(malformed).splitlines()), file=sys.stderr)
        return 1
    print(f"{count} manual pages")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
