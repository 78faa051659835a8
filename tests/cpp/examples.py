"""The examples in C++ of the wrapper's first comment and of the README compile: examples.py CXX INCLUDE README."""

import pathlib
import re
import subprocess
import sys


def of_header(path):
    block = re.search(r"^ \* +#include.*\n((?: \*(?: {5}.*)?\n)+)", path.read_text(), re.M)[1]
    return re.sub(r"^ \* {0,5}", "", block, flags=re.M)


def of_readme(path):
    return re.search(r"^```cpp\n(.*?)^```", path.read_text(), re.M | re.S)[1]


def compiles(cxx, include, statements):
    source = f"#include <mailmodule.hpp>\n#include <iostream>\nint main() {{\n{statements}}}\n"
    words = [cxx, "-std=c++17", "-Wall", "-Wextra", "-Werror", f"-I{include}", "-fsyntax-only", "-x", "c++", "-"]
    return subprocess.run(words, input=source, text=True).returncode == 0


def main(cxx, include, readme):
    examples = of_header(pathlib.Path(include, "mailmodule.hpp")), of_readme(pathlib.Path(readme))
    assert all("engine::make" in example for example in examples), examples
    return 0 if all([compiles(cxx, include, example) for example in examples]) else 1


sys.exit(main(*sys.argv[1:]))
