"""A certificate for tests, by the program openssl."""
from __future__ import annotations

import subprocess
from pathlib import Path


def certificate(folder: Path, *names: str, days: int = 2) -> tuple[Path, Path]:
    """Self-signed, for these names: its file, and that of its key."""
    file, key = folder / f"{names[0]}.crt", folder / f"{names[0]}.key"
    kinds = ",".join(("IP:" if name[0].isdigit() else "DNS:") + name for name in names)
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", str(days), "-subj", f"/CN={names[0]}", "-addext", f"subjectAltName={kinds}"]
    command += ["-keyout", str(key), "-out", str(file)]
    subprocess.run(command, check=True, capture_output=True)
    return file, key
