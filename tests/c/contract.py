"""Header = exports = list of symbols: contract.py LIBRARY HEADER SYMBOLS FAULTS.

The header is read by a compiler (clang's AST), the library by nm; SYMBOLS is every symbol ever released, FAULTS the engine's
enum whose numbers the MM_E_ constants are, with the sign turned.
"""

import json
import pathlib
import re
import subprocess
import sys

# What C++ compilers made of the old header's overloads: exported for old objects, declared nowhere.
MANGLED = {"_Z14SetConfigParamPci", "_Z14SetConfigParamPcS_"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def ast(header, language, standard):
    return json.loads(output("clang", "-x", language, f"-std={standard}", "-fsyntax-only", "-Xclang", "-ast-dump=json", header))


def nodes(node, kind):
    if node.get("kind") == kind and not node.get("isImplicit"):
        yield node
    for child in node.get("inner", []):
        yield from nodes(child, kind)


def functions(tree):
    return {n["name"] for n in nodes(tree, "FunctionDecl")}


def constants(tree):
    """Names and values of the enums' constants."""
    found = {}
    for constant in nodes(tree, "EnumConstantDecl"):
        values = [n["value"] for n in nodes(constant, "ConstantExpr")]
        found[constant["name"]] = int(values[0])
    return found


def exports(library):
    """Dynamic symbols without their version, and without the version nodes themselves."""
    lines = (line.split() for line in output("nm", "-D", "--defined-only", library).splitlines())
    return {fields[2].split("@")[0] for fields in lines if fields[1] != "A"}


def faults(source):
    text = pathlib.Path(source).read_text()
    return {int(number): name for name, number in re.findall(r"^    (\w+) = (\d+),", text, re.M)}


def constant_name(fault):
    return "MM_OK" if fault == "None" else "MM_E_" + re.sub(r"(?<!^)(?=[A-Z])", "_", fault).upper()


def differences(what, left, right):
    only_left, only_right = sorted(left - right), sorted(right - left)
    if only_left or only_right:
        print(f"{what}: only in the first {only_left}, only in the second {only_right}")
    return bool(only_left or only_right)


def main(library, header, symbols, fault_source):
    c, cxx = ast(header, "c", "c99"), ast(header, "c++", "c++98")
    declared, exported = functions(c), exports(library)
    listed = {line.split()[0] for line in pathlib.Path(symbols).read_text().splitlines() if line and line[0] != "#"}
    codes = {name: value for name, value in constants(c).items() if name.startswith("MM_E_") or name == "MM_OK"}
    expected = {constant_name(name): -number for number, name in faults(fault_source).items()}
    wrong = [
        differences("header, exports", declared | MANGLED, exported),
        differences("exports, released symbols", exported, listed),
        differences("C, C++", declared, functions(cxx)),
        differences("constants of errors, engine's faults", set(codes.items()), set(expected.items())),
        differences("constants in C, in C++", set(constants(c).items()), set(constants(cxx).items())),
    ]
    soname = re.search(r"SONAME\s+(\S+)", output("objdump", "-p", library))
    if not soname or soname[1] != "libmailmodule.so.1":
        print("SONAME is", soname and soname[1])
        wrong.append(True)
    print(f"{len(declared)} functions, {len(exported)} exports, {len(codes)} errors")
    return 1 if any(wrong) else 0


sys.exit(main(*sys.argv[1:]))
