"""What fills the library, from the linker's map of its build, as a table in Markdown: size.py LIBRARY MAP

A compiled symbol reaches to the next one and belongs to the assembly that defines its method or type: List<T> over a
type of ours is System.Private.CoreLib's."""

import collections
import pathlib
import re
import sys

COMPILED = "libmailmodule.o"
WITHOUT_OCTETS = (".bss", ".tbss", ".hydrated")  # memory only: nothing in the file
CODE = ("__managedcode", "__unbox", ".text")
SMALL = 40_000  # assemblies below are summed up

OUTPUT = re.compile(r"(\S+)(?:\s+0x([0-9a-f]+)\s+0x[0-9a-f]+)?")
PIECE = re.compile(r" (\S+)?\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S.*)")
SYMBOL = re.compile(r"\s+0x([0-9a-f]+)\s{10,}(\S.*)")

OBJECTS = [
    (r"obj/shim/", "the C half of the edge (Native/Shim)"),
    (r"Cryptography\.Native", "calls to OpenSSL (libSystem.Security.Cryptography.Native)"),
    (r"libSystem\.", "calls to the system (libSystem.Native and the like)"),
    (r"Runtime|standalonegc|eventpipe|aotminipal|bootstrapper|stdc\+\+", "the native runtime: GC, threads, unwinder"),
    (r"", "of the linker and the C library"),
]
TABLES = [
    (r"__dehydrated_data", "types, strings and objects made ahead, packed"),
    (r"__embedded_metadata|_to_metadata_map", "names and metadata for reflection and stack traces"),
    (r"_stacktrace", "methods by address, for stack traces"),
    (r"", "other tables of the runtime: generics, statics, references"),
]


def first_match(table, text):
    return next(name for pattern, name in table if re.search(pattern, text))


class Assemblies:
    """By their mangled names: S_P_X is System.Private.X, and dots are underscores. The compiler's response file, beside
    its object, says which there are."""

    def __init__(self, map_file):
        text = map_file.read_text(errors="replace")
        compiled = re.search(r"^LOAD (\S*" + re.escape(COMPILED) + ")$", text, re.MULTILINE)[1]
        references = (map_file.parent.parent / compiled).with_suffix(".ilc.rsp").read_text().splitlines()
        names = {pathlib.Path(line[3:]).stem for line in references if line.startswith("-r:")}
        self.by_mangled = {name.replace("System.Private.", "S_P_").replace(".", "_"): name for name in names}
        self.by_mangled["libmailmodule"] = "MailModule.Native"
        longest_first = sorted(self.by_mangled, key=len, reverse=True)
        self.pattern = re.compile("(" + "|".join(map(re.escape, longest_first)) + ")_")

    def owner(self, section, symbol):
        if found := self.pattern.search(symbol):
            return self.by_mangled[found[1]]
        # String, Int32 and their like bear no assembly in their names
        is_of_a_method = section in CODE or section == ".dotnet_eh_table"
        return "System.Private.CoreLib" if is_of_a_method else first_match(TABLES, symbol)


def pieces(map_file):
    """(section, file, address, size, [(address, symbol)]) of each piece of the file, as the linker has placed it."""
    text = map_file.read_text(errors="replace").partition("Linker script and memory map")[2]
    # a long name stands on a line of its own, before its figures
    text = re.sub(r"^( ?\S+)\n(?= +0x)", r"\1 ", text, flags=re.MULTILINE)
    section, piece = None, None
    for line in text.splitlines():
        if found := OUTPUT.fullmatch(line):
            section = found[1] if int(found[2] or "0", 16) else None
        elif found := PIECE.fullmatch(line):
            piece = (section, found[4], int(found[2], 16), int(found[3], 16), [])
            if section and section not in WITHOUT_OCTETS:
                yield piece
        elif piece and (found := SYMBOL.fullmatch(line)):
            piece[4].append((int(found[1], 16), found[2]))


def shares(piece, assemblies):
    """(what, size) of the parts of a piece."""
    section, file, address, size, symbols = piece
    if not file.endswith(COMPILED):
        yield first_match(OBJECTS, file), size
    elif section.startswith(".eh_frame"):
        yield "unwinding, for what is compiled from C#", size
    else:
        starts = sorted(symbols) or [(address, "")]
        for (start, symbol), (end, _) in zip(starts, starts[1:] + [(address + size, "")]):
            yield assemblies.owner(section, symbol), end - start


def table(library, map_file, assemblies):
    code, data = collections.Counter(), collections.Counter()
    for piece in list(pieces(map_file)):  # each is whole when the next one begins
        for what, size in shares(piece, assemblies):
            (code if piece[0] in CODE else data)[what] += size
    total = code + data
    small = [name for name in assemblies.by_mangled.values()
             if total[name] < SMALL and not name.startswith("MailModule")]
    together = f"{sum(1 for name in small if total[name])} other assemblies"
    for name in small:
        code[together] += code.pop(name, 0)
        data[together] += data.pop(name, 0)
    total = code + data
    whole = library.stat().st_size
    data["headers, names, alignment"] = total["headers, names, alignment"] = whole - sum(total.values())
    yield "| what | code, KB | data, KB | of the whole |"
    yield "|---|---:|---:|---:|"
    for what, size in total.most_common():
        yield f"| {what} | {code[what] / 1000:,.0f} | {data[what] / 1000:,.0f} | {100 * size / whole:.1f} % |"
    yield f"| all | {sum(code.values()) / 1000:,.0f} | {sum(data.values()) / 1000:,.0f} | {whole:,} octets |"


if __name__ == "__main__":
    library, map_file = map(pathlib.Path, sys.argv[1:])
    print("\n".join(table(library, map_file, Assemblies(map_file))))
