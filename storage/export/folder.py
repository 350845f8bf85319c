"""The folder of an export: all of it is there, or nothing."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import UsageError

FULL = (errno.ENOSPC, errno.EDQUOT)
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def export_folder(out: Path) -> Iterator[Path]:
    """A new folder beside `out`, readable by its owner only, which becomes `out` when the block ends well.

    Otherwise it is deleted, and `out` is as it was. Raises UsageError when `out` is there and not empty, cannot be
    written, or the disk is full.
    """
    out = out.expanduser().absolute()
    with _speaking_of(out):
        _require_free(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".unfinished", dir=out.parent))
        try:
            yield draft
            if out.is_dir():
                out.rmdir()
            draft.rename(out)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise


def _require_free(out: Path) -> None:
    if out.is_dir() and not any(out.iterdir()):
        return
    if out.exists() or out.is_symlink():
        what = "is not empty" if out.is_dir() else "is no folder"
        raise UsageError(f"{str(out)!r} {what}: give --out a folder that does not exist yet, or is empty.")


@contextmanager
def _speaking_of(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise UsageError(_sentence(problem, out)) from problem


def _sentence(problem: OSError, out: Path) -> str:
    if problem.errno in FULL:
        return f"The disk that holds {str(out)!r} is full: free some space, or give --out a folder on another disk."
    if problem.errno in FORBIDDEN:
        return f"{str(out)!r} cannot be written: give --out a folder in a place where you may write."
    if problem.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"{str(out)!r} cannot be made, because something above it is a file: give --out another folder."
    return f"Writing {str(out)!r} failed ({problem.strerror or problem}): give --out another folder."
