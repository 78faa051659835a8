"""The examples in the header and the README compile and link: examples.py CC LIBRARY_FOLDER HEADER README."""

import pathlib
import re
import subprocess
import sys
import tempfile


def of_header(path):
    text = pathlib.Path(path).read_text()
    blocks = re.findall(r"^ \* Example:.*?\n \*\n((?: \*     .*\n)+)", text, re.M)
    return [re.sub(r"^ \*     ", "", block, flags=re.M) for block in blocks]


def of_readme(path):
    return re.search(r"^```c\n(.*?)^```", pathlib.Path(path).read_text(), re.M | re.S)[1]


def compiles(cc, library_folder, include, source):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "example.c")
        file.write_text(source)
        warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
        command = [cc, "-std=c99", *warnings, f"-I{include}", str(file), "-o", f"{folder}/example",
                   f"-L{library_folder}", "-lmailmodule", f"-Wl,-rpath,{library_folder}"]
        return subprocess.run(command).returncode == 0


def main(cc, library_folder, header, readme):
    include = pathlib.Path(header).parent
    results = [compiles(cc, library_folder, include, source) for source in [*of_header(header), of_readme(readme)]]
    return 0 if len(results) > 2 and all(results) else 1


sys.exit(main(*sys.argv[1:]))
