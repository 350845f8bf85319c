"""The secret that signs personal links, when the operator set none: made once, kept beside the database."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from bot.settings import Settings
from engine.errors import SettingsError
from storage.database import parsed_url

SHORTEST = 16


def secret_of(settings: Settings) -> str:
    """The secret of this installation.

    Without one in the settings, a SQLite database has one in a file beside it that only its owner can read,
    made the first time. Raises SettingsError when it is too short, or none can be kept; StoreUnusable for a
    database that is none.
    """
    if settings.secret is not None:
        given = settings.secret.get_secret_value()
        if len(given) < SHORTEST:
            raise SettingsError(
                f"The setting 'secret' needs at least {SHORTEST} characters; make one with `openssl rand -hex 32`."
            )
        return given
    database = parsed_url(settings.database)
    if database.get_backend_name() != "sqlite":
        raise SettingsError(
            "With PostgreSQL, set PARLEY_SECRET (the same for every process); make one with `openssl rand -hex 32`."
        )
    file = Path(str(database.database)).with_suffix(".secret")
    try:
        with contextlib.suppress(FileExistsError):
            handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as writing:
                writing.write(secrets.token_hex(32))
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        folder = str(file.parent)
        raise SettingsError(f"There is no folder {folder!r} for the database: make it, or give another.") from None
    except OSError as problem:
        raise SettingsError(
            f"The secret file {str(file)!r} cannot be kept ({problem.strerror}): let Parley's user write there, "
            "or set PARLEY_SECRET."
        ) from None
