"""Makes the sdist and the wheel of this folder (PEP 517) with nothing but Python's own library.

So `pip install` needs no network and no other package, whatever pip's build isolation leaves out. It knows what the
pyproject.toml beside it uses, and no more. The same files give the same archive: times, owners and order are fixed.
"""
from __future__ import annotations

import base64
import gzip
import hashlib
import io
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any, Iterator

_ROOT = Path(__file__).resolve().parent.parent
_PACKAGE = "mailmodule"
_SOURCES = _ROOT / "src"
_IN_SDIST = ("pyproject.toml", "README.md", "backend", "src", "tests", "samples")
_WHEEL = b"Wheel-Version: 1.0\nGenerator: mailmodule_build\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_TIME = 315532800  # 1980-01-01, the first day that a zip file can name


def build_wheel(
    wheel_directory: str, config_settings: dict[str, Any] | None = None, metadata_directory: str | None = None
) -> str:
    files = {path.relative_to(_SOURCES).as_posix(): path.read_bytes() for path in _files(_SOURCES / _PACKAGE)}
    return _write_wheel(wheel_directory, files)


def build_editable(
    wheel_directory: str, config_settings: dict[str, Any] | None = None, metadata_directory: str | None = None
) -> str:
    return _write_wheel(wheel_directory, {f"{_PACKAGE}.pth": f"{_SOURCES}\n".encode()})


def build_sdist(sdist_directory: str, config_settings: dict[str, Any] | None = None) -> str:
    top = _name()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        _add(archive, f"{top}/PKG-INFO", _metadata().encode())
        for path in _sources():
            _add(archive, f"{top}/{path.relative_to(_ROOT).as_posix()}", path.read_bytes())
        _add(archive, f"{top}/LICENSE", _license())
    target = Path(sdist_directory) / f"{top}.tar.gz"
    target.write_bytes(gzip.compress(packed.getvalue(), mtime=_TIME))
    return target.name


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((_ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return project


def _name() -> str:
    """As in the names of the archives."""
    project = _project()
    return f"{project['name']}-{project['version']}"


def _metadata() -> str:
    """Core metadata 2.1, the text of README.md as its body."""
    project = _project()
    fields = [
        ("Metadata-Version", "2.1"),
        ("Name", project["name"]),
        ("Version", project["version"]),
        ("Summary", project["description"]),
        ("License", project["license"]["text"]),
        *(("Classifier", value) for value in project["classifiers"]),
        ("Requires-Python", project["requires-python"]),
        *(("Requires-Dist", value) for value in project["dependencies"]),
        ("Description-Content-Type", "text/markdown"),
    ]
    body: str = (_ROOT / project["readme"]).read_text("utf-8")
    return "".join(f"{key}: {value}\n" for key, value in fields) + "\n" + body


def _license() -> bytes:
    """In the project's tree it stands at the top, in an sdist beside pyproject.toml."""
    own = _ROOT / "LICENSE"
    return (own if own.is_file() else _ROOT.parent.parent / "LICENSE").read_bytes()


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and ".mypy_cache" not in path.parts:
            yield path


def _sources() -> Iterator[Path]:
    for name in _IN_SDIST:
        path = _ROOT / name
        if path.is_dir():
            yield from _files(path)
        elif path.is_file():
            yield path


def _add(archive: tarfile.TarFile, name: str, octets: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = len(octets), _TIME, 0o644
    archive.addfile(entry, io.BytesIO(octets))


def _write_wheel(folder: str, files: dict[str, bytes]) -> str:
    target = Path(folder) / f"{_name()}-py3-none-any.whl"
    info = f"{_name()}.dist-info"
    files[f"{info}/METADATA"] = _metadata().encode()
    files[f"{info}/WHEEL"] = _WHEEL
    files[f"{info}/LICENSE"] = _license()
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, octets in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr, entry.compress_type = 0o100644 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, octets)
    return target.name


def _record(files: dict[str, bytes], own_name: str) -> bytes:
    """Each file with its digest and length; of itself neither."""
    lines = []
    for name, octets in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(octets).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(octets)}")
    return ("\n".join([*lines, f"{own_name},,"]) + "\n").encode()
