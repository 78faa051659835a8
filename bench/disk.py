"""A disk with a journal to be durable on. Without one, figures are false both ways: a sync pays less, and creating files
after many were deleted pays much more."""

import contextlib
import pathlib
import subprocess

from support import place

GIGABYTES = 12


@contextlib.contextmanager
def journaled(folder):
    """(where, what it is): an ext4 of its own on a loop device; without root, the folder itself as it is."""
    folder = pathlib.Path(folder)
    image, mount = folder / "disk.img", folder / "disk"
    mount.mkdir(parents=True, exist_ok=True)
    if not place.is_root() or not mounted(image, mount):
        yield folder, "the file system of out/ (no root, so no journaled image)"
        return
    try:
        mount.chmod(0o755)
        yield mount, f"ext4 with a journal on a loop device ({GIGABYTES} GB image)"
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=False)
        image.unlink(missing_ok=True)


def mounted(image, mount):
    with open(image, "wb") as f:
        f.truncate(GIGABYTES << 30)
    if place.run("mkfs.ext4", "-q", "-F", image).returncode or place.run("mount", "-o", "loop", image, mount).returncode:
        image.unlink(missing_ok=True)
        return False
    return True
