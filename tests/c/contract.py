"""Header = exports = list of symbols: contract.py LIBRARY HEADER SYMBOLS ENGINE CLANG NM OBJDUMP.

The header is read by a compiler (clang's AST), the library by nm, a DLL by objdump, as they are for its machine;
SYMBOLS is every symbol ever released, ENGINE the folder of the engine's sources, whose enums the header's constants
are: that of faults with the sign turned.
"""

import json
import pathlib
import re
import subprocess
import sys

# What C++ compilers made of the old header's overloads: exported for old objects, declared nowhere.
MANGLED = {"_Z14SetConfigParamPci", "_Z14SetConfigParamPcS_"}

# Libraries that only Windows has: that of another system names none, or what is Windows' alone is part of it.
OF_WINDOWS = {"kernel32", "ntdll", "ws2_32", "iphlpapi", "advapi32"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


# Enums of the engine that cross the edge as numbers: where they stand, and the constants they are in C.
ENUMS = [
    ("Delivery/Outgoing/SubmissionState.cs", "SubmissionState", "MM_SEND_STATE_"),
    ("Engine/Sending/SendOptions.cs", "SendTls", "MM_TLS_"),
    ("Mail/Envelope.cs", "ReturnContent", "MM_SEND_RETURN_"),
    ("Mail/Envelope.cs", "Notify", "MM_SEND_NOTIFY_"),
    ("Delivery/Queue/QueueState.cs", "QueueState", "MM_QUEUE_STATE_"),
    ("Delivery/Queue/QueueEventKind.cs", "QueueEventKind", "MM_QUEUE_EVENT_"),
    ("Authentication/AuthResult.cs", "AuthResult", "MM_AUTH_"),
    ("Authentication/DmarcResult.cs", "DmarcPolicy", "MM_DMARC_"),
]

# One word in RFC 8601, two in C#.
WORDS = {"SoftFail": "Softfail", "TempError": "Temperror", "PermError": "Permerror"}

# Not the engine's: the edge's own, or of another enum with the same beginning.
OTHERS = {"MM_SEND_STATE_FINISHED", "MM_TLS_CHECK_SETTINGS", "MM_TLS_CHECK_NEVER", "MM_TLS_CHECK_ALWAYS",
          "MM_AUTH_FLAG_HELO", "MM_AUTH_FLAG_TESTING", "MM_AUTH_FLAG_BODY_LONGER", "MM_AUTH_FLAG_SPF_ALIGNED",
          "MM_AUTH_FLAG_DKIM_ALIGNED"}


def ast(clang, header, language, standard):
    command = [clang, "-x", language, f"-std={standard}", "-fsyntax-only", "-Xclang", "-ast-dump=json", header]
    return json.loads(output(*command))


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


def exports(library, nm):
    """Dynamic symbols without their version, and without the version nodes themselves."""
    lines = (line.split() for line in output(nm, "-D", "--defined-only", library).splitlines())
    return {fields[2].split("@")[0] for fields in lines if fields[1] != "A"}


def dll_exports(headers):
    """The names in the table of exports, which objdump -p shows with the rest."""
    table = headers.split("[Ordinal/Name Pointer] Table", 1)[1].split("\n\n", 1)[0]
    return set(re.findall(r"^\s*\[ *\d+\].*?(\S+)$", table, re.M))


def named_of_windows(library):
    octets = pathlib.Path(library).read_bytes().lower()
    return {name for name in OF_WINDOWS if name.encode() in octets}


def members(source, name):
    """Names and numbers of an enum in C#; one without a number follows the one before it."""
    text = re.sub(r"//.*", "", pathlib.Path(source).read_text())
    body = re.search(rf"\benum {name}\b[^{{]*{{(.*?)}}", text, re.S)[1]
    found, last = {}, -1
    for word, number in re.findall(r"^\s*(\w+)\s*(?:=\s*(-?\d+)\s*)?,", body, re.M):
        found[word] = last = int(number) if number else last + 1
    return found


def constant_name(member, prefix):
    return prefix + re.sub(r"(?<!^)(?=[A-Z])", "_", WORDS.get(member, member)).upper()


def of_enum(engine, file, name, prefix):
    return {(constant_name(member, prefix), number) for member, number in members(engine / file, name).items()}


def without_convention(header, names):
    """Functions and callbacks for which the header does not say cdecl: a host may be compiled with another default."""
    code = re.sub(r"/\*.*?\*/", "", pathlib.Path(header).read_text(), flags=re.S)
    callbacks = {match[0] for match in re.finditer(r"\(\s*\*\s*\w*", code)}
    return callbacks | {name for name in names if not re.search(rf"\bMM_CALL {name}\(", code)}


def differences(what, left, right):
    only_left, only_right = sorted(left - right), sorted(right - left)
    if only_left or only_right:
        print(f"{what}: only in the first {only_left}, only in the second {only_right}")
    return bool(only_left or only_right)


def main(library, header, symbols, engine, clang, nm, objdump):
    engine, headers, is_dll = pathlib.Path(engine), output(objdump, "-p", library), library.endswith(".dll")
    c, cxx = ast(clang, header, "c", "c99"), ast(clang, header, "c++", "c++98")
    declared, numbers = functions(c), constants(c)
    exported = dll_exports(headers) if is_dll else exports(library, nm)
    listed = {line.split()[0] for line in pathlib.Path(symbols).read_text().splitlines() if line and line[0] != "#"}
    codes = {(name, value) for name, value in numbers.items() if name.startswith("MM_E_") or name == "MM_OK"}
    fault_codes = of_enum(engine, "Primitives/Fault.cs", "Fault", "MM_E_")
    faults = {(name.replace("MM_E_NONE", "MM_OK"), -number) for name, number in fault_codes}
    wrong = [
        differences("header, exports", declared | MANGLED, exported),
        differences("exports, released symbols", exported, listed | MANGLED),
        differences("C, C++", declared, functions(cxx)),
        differences("declarations without MM_CALL, none", without_convention(header, declared), set()),
        differences("constants of errors, engine's faults", codes, faults),
        differences("constants in C, in C++", set(numbers.items()), set(constants(cxx).items())),
    ]
    if not is_dll:
        wrong.append(differences("names of Windows' libraries, none", named_of_windows(library), set()))
    for file, name, prefix in ENUMS:
        known = {(c, value) for c, value in numbers.items() if c.startswith(prefix) and c not in OTHERS}
        wrong.append(differences(f"constants {prefix}..., {name}", known, of_enum(engine, file, name, prefix)))
    pattern = r"^Name\s+\w+ (\S+)" if is_dll else r"SONAME\s+(\S+)"
    own_name = re.search(pattern, headers, re.M)
    if not own_name or own_name[1] != ("mailmodule.dll" if is_dll else "libmailmodule.so.1"):
        print("the library's own name is", own_name and own_name[1])
        wrong.append(True)
    print(f"{len(declared)} functions, {len(exported)} exports, {len(codes)} errors")
    return 1 if any(wrong) else 0


sys.exit(main(*sys.argv[1:]))
