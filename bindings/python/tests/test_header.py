"""The package says what the header says: numbers, functions, layouts."""
from __future__ import annotations

import ctypes
import enum
import re
import shutil
import subprocess
import unittest
from typing import Any

from mailmodule import constants
from mailmodule._abi import functions, structures

from .place import Case, header

# Where the header's names differ from "prefix + member" of the enumeration.
PREFIXES: dict[str, type[enum.IntEnum]] = {
    "mm_error": constants.ErrorCode,
    "mm_log_level": constants.LogLevel,
    "mm_send_state": constants.SendState,
    "mm_send_route": constants.Route,
    "mm_tls_mode": constants.Tls,
    "mm_tls_check": constants.TlsCheck,
    "mm_send_return": constants.Return,
    "mm_send_notify": constants.Notify,
    "mm_queue_state": constants.QueueState,
    "mm_queue_event_kind": constants.QueueEventKind,
    "mm_mailbox_flags": constants.MailboxOpening,
    "mm_mailbox_message_flags": constants.MailboxFlag,
    "mm_fetch_flags": constants.FetchFlag,
    "mm_import_flags": constants.ImportFlag,
    "mm_again": constants.Again,
    "mm_ready": constants.Ready,
    "mm_certificate_problem": constants.CertificateProblem,
    "mm_error_layer": constants.Layer,
    "mm_smtp_stage": constants.Stage,
    "mm_trace_direction": constants.TraceDirection,
    "mm_smtp_connect_flags": constants.ConnectFlags,
    "mm_pop3_status": constants.Pop3Status,
    "mm_pop3_connect_flags": constants.Pop3ConnectFlags,
    "mm_pop3_login_flags": constants.Pop3LoginFlags,
    "mm_pop3_answer": constants.Pop3Answer,
    "mm_smtp_write_flags": constants.WriteFlags,
    "mm_config_severity": constants.Severity,
    "mm_password_form": constants.PasswordForm,
    "mm_smtp_protocol": constants.SmtpProtocol,
    "mm_verdict": constants.Verdict,
    "mm_chunk": constants.Chunk,
    "mm_check_result": constants.CheckResult,
    "mm_dkim_algorithm": constants.DkimAlgorithm,
    "mm_auth_word": constants.AuthResult,
    "mm_auth_flag": constants.AuthFlag,
    "mm_dmarc_policy": constants.DmarcPolicy,
    "mm_wants": constants.Wants,
    "mm_message_flag": constants.MessageFlag,
    "mm_message_limit": constants.MessageLimit,
    "mm_part_flag": constants.PartFlag,
    "mm_content_form": constants.ContentForm,
}  # type: ignore[dict-item]

P = ctypes.POINTER
TYPES: dict[str, Any] = {
    "void": None,
    "int": ctypes.c_int,
    "size_t": ctypes.c_size_t,
    "int64_t": ctypes.c_int64,
    "uint32_t": ctypes.c_uint32,
    "mm_socket": structures.Socket,
    "intptr_t": ctypes.c_ssize_t,
    "char*": ctypes.c_char_p,
    "void*": ctypes.c_void_p,
    "ServerStream": ctypes.c_void_p,
    "ServerStream*": ctypes.c_void_p,
    "size_t*": P(ctypes.c_size_t),
    "int*": P(ctypes.c_int),
    "int64_t*": P(ctypes.c_int64),
    "mm_socket*": P(structures.Socket),
    "char**": P(ctypes.c_char_p),
    "void**": P(ctypes.c_void_p),
}


def declarations() -> str:
    """The header without its comments, and lines of the preprocessor."""
    text = re.sub(r"/\*.*?\*/", "", header().read_text("utf-8"), flags=re.S)
    text = re.sub(r"\\\n", " ", text)
    return "\n".join(line for line in text.split("\n") if not line.startswith("#"))


def enumerations() -> dict[str, dict[str, int]]:
    found = {}
    for name, body in re.findall(r"enum\s*(\w*)\s*\{(.*?)\}", declarations(), flags=re.S):
        members = {key: int(value, 0) for key, value in re.findall(r"(\w+)\s*=\s*(-?\w+)", body)}
        found[name or next(iter(members))] = members
    return found


def expected(declared: str, opaque: set[str]) -> Any:
    """The type of ctypes for one of C's."""
    kind = re.sub(r"\b(const|MM_CALL)\b", "", declared)
    kind = re.sub(r"\s*\*\s*", "*", kind.strip()).replace(" ", "")
    if kind in TYPES:
        return TYPES[kind]
    bare = kind.rstrip("*")
    if bare in opaque:
        return TYPES["void" + kind.removeprefix(bare)]
    named = getattr(structures, bare)
    for _ in kind[len(bare) :]:
        named = P(named)
    return named


def split(declared: str) -> tuple[str, str]:
    """Type and name of a parameter, a member or a function."""
    match = re.fullmatch(r"(.*?[\s*])(\w+)", declared.strip(), flags=re.S)
    assert match, declared
    return match[1], match[2]


def parameters(text: str) -> list[str]:
    return [] if text.strip() == "void" else [one for one in text.split(",") if one.strip() != "..."]


class NumberTests(Case):
    def test_every_enumeration_has_the_headers_members_and_no_others(self) -> None:
        found = enumerations()
        for name, kind in PREFIXES.items():
            with self.subTest(name):
                members = found.pop(name)
                values = {key: member.value for key, member in kind.__members__.items()}
                self.assertEqual(sorted(members.values()), sorted(values.values()))
                for key, value in members.items():
                    own = kind(value).name
                    self.assertTrue(own and key.endswith(own.removeprefix("AGAIN")), key)
        actions = {key.removeprefix("ACTION_"): value for key, value in found.pop("ACTION_POP_LOGIN").items()}
        actions["ALL"] = actions.pop("ALL_ACTIONS")
        self.assertEqual(actions, {key: member.value for key, member in constants.Action.__members__.items()})
        found.pop("STATE_SMTP_FINDHOST")  # of the old part's MsgCallback; SendState has them
        self.assertEqual({}, found)

    def test_single_numbers_are_the_headers(self) -> None:
        text = header().read_text("utf-8")
        for name, value in (
            ("MM_ABI_VERSION", constants.ABI_VERSION),
            ("MM_PORT_ANY", constants.PORT_ANY),
            ("MM_QUEUE_ID_SIZE", constants.QUEUE_ID_SIZE),
        ):
            found = re.search(rf"#define {name} \(?(-?\d+)\)?", text)
            assert found, name
            self.assertEqual(value, int(found[1]), name)


class FunctionTests(Case):
    def test_every_function_is_declared_as_in_the_header(self) -> None:
        text = declarations()
        opaque = set(re.findall(r"typedef struct (\w+) \1;", text))
        names = set()
        form = r"MM_API\s+([^();]*?)\(((?:[^()]|\([^()]*\))*)\)[^;]*;"
        for declared, arguments in re.findall(form, text, flags=re.S):
            result, name = split(declared)
            taken = [split(re.sub(r"MM_DEFAULT\(\w+\)", "", one))[0] for one in parameters(arguments)]
            names.add(name)
            with self.subTest(name):
                given = functions.NEW_FORM.get(name)
                kind, takes = functions.OTHERS[name] if given is None else (ctypes.c_int, given)
                self.assertEqual([expected(one, opaque) for one in taken], list(takes))
                self.assertIs(expected(result, opaque), kind)
        self.assertEqual(names, set(functions.NEW_FORM) | set(functions.OTHERS))

    def test_every_callback_is_declared_as_in_the_header(self) -> None:
        text = declarations()
        opaque = set(re.findall(r"typedef struct (\w+) \1;", text))
        names = 0
        for result, name, arguments in re.findall(r"typedef\s+(\w+)\s*\(MM_CALL \*(\w+)\)\(([^)]*)\)", text):
            kind = getattr(structures, name)
            taken = [expected(split(one)[0], opaque) for one in parameters(arguments)]
            given = list(kind._argtypes_)
            with self.subTest(name):
                if name == "SMTPReqCallback":  # requests.py says what the others are
                    given = given[:3]
                if name == "mm_token_fn":  # Python has to write there, so it takes the address
                    taken[0] = ctypes.c_void_p
                self.assertEqual(taken, given)
                self.assertIs(expected(result, set()), kind._restype_)
            names += 1
        self.assertGreater(names, 15)


class LayoutTests(Case):
    def test_structures_lie_in_memory_as_the_compiler_lays_them(self) -> None:
        compiler = shutil.which("gcc") or shutil.which("cc")
        if compiler is None:
            self.skipTest("no C compiler")
        kinds = [
            kind for kind in vars(structures).values()
            if isinstance(kind, type) and issubclass(kind, ctypes.Structure) and kind is not ctypes.Structure
        ]
        declared = re.findall(r"typedef struct (\w+) \{", declarations())
        self.assertEqual(sorted(declared), sorted(kind.__name__ for kind in kinds))
        lines = []
        for kind in kinds:
            lines.append(f'printf("{kind.__name__} %zu\\n", sizeof({kind.__name__}));')
            for field in kind._fields_:
                member = f"{kind.__name__}, {field[0]}"
                size = f"sizeof((({kind.__name__} *)0)->{field[0]})"
                lines.append(f'printf("{member} %zu %zu\\n", offsetof({member}), {size});')
        begin, end = "#include <mailmodule.h>\n#include <stdio.h>\nint main(void) {\n", "\nreturn 0; }\n"
        (self.folder / "probe.c").write_text(begin + "\n".join(lines) + end)
        probe = str(self.folder / "probe")
        subprocess.run([compiler, f"-I{header().parent}", "-o", probe, f"{probe}.c"], check=True)
        said = subprocess.run([probe], check=True, capture_output=True, text=True).stdout
        self.assertEqual("\n".join(self.laid_out(kinds)), said.strip())

    def test_members_have_the_types_of_the_header(self) -> None:
        text = declarations()
        opaque = set(re.findall(r"typedef struct (\w+) \1;", text))
        others = {
            "char[64]": ctypes.c_char * 64,
            "int32_t": ctypes.c_int32,
            "uint32_t[12]": ctypes.c_uint32 * 12,
            "const void *const *": P(ctypes.c_void_p),
            "const char *const *": P(ctypes.c_char_p),
        }
        for name, body in re.findall(r"typedef struct (\w+) \{(.*?)\}", text, flags=re.S):
            members = []
            for member in filter(str.strip, body.split(";")):
                first, *more = member.split(",")
                parts = re.fullmatch(r"\s*(.*?[\s*])(\w+)(\[\w+\])?\s*", first, flags=re.S)
                assert parts, member
                kind, own = parts[1].strip() + (parts[3] or ""), parts[2]
                found = others[kind] if kind in others else expected(kind, opaque)
                members += [(each.strip(), found) for each in [own, *more]]
            with self.subTest(name):
                self.assertEqual(members, [tuple(field) for field in getattr(structures, name)._fields_])

    @staticmethod
    def laid_out(kinds: list[type[ctypes.Structure]]) -> list[str]:
        lines = []
        for kind in kinds:
            lines.append(f"{kind.__name__} {ctypes.sizeof(kind)}")
            for field in kind._fields_:
                place = getattr(kind, field[0])
                lines.append(f"{kind.__name__}, {field[0]} {place.offset} {place.size}")
        return lines


if __name__ == "__main__":
    unittest.main()
