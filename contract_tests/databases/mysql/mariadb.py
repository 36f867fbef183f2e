"""A MariaDB server of the kit's own, started from the installed program."""

import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL

from ..apart import closed_port, password
from ..database import DatabaseUnavailable
from ..guarded import grant, guarded
from ..scratch import scratch
from ..spawned import ServerProgram, complete

NOWHERE = (
    "no MariaDB here: CONTRACT_MYSQL_URL is not set and mariadbd is not installed. "
    "Type: export CONTRACT_MYSQL_URL=mysql://user:password@host:3306/ "
    "(or: apt-get install mariadb-server-core)"
)
SYSTEM_TABLES = ("mysql_system_tables.sql", "mysql_system_tables_data.sql")
# Variables of the scripts: root comes in by a password, set below, and nobody without a name.
PREAMBLE = (
    "create database mysql;",
    "use mysql;",
    "set @auth_root_socket = null;",
    "set @skip_auth_anonymous = 1;",
)
# Whoever has an account on this machine can reach the port, but not come in.
LOCK_UP = """
update global_priv set priv = json_set(
 priv, '$.authentication_string', password('{}')) where user = 'root';
"""
SHARED = ("share/mysql", "share/mariadb")
# Flush to the system at every commit, not to the disk: a killed server forgets nothing.
SETTINGS = (
    "--bind-address=127.0.0.1",
    "--innodb-flush-method=nosync",
    "--innodb-flush-log-at-trx-commit=2",
    "--innodb-doublewrite=0",
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=8M",
    "--innodb-use-native-aio=0",
    "--skip-log-bin",
    "--skip-name-resolve",
    "--character-set-server=utf8mb4",
)


def find_program(environ: Mapping[str, str]) -> Path:
    """Find `mariadbd` on the PATH or where systems put programs of their own."""
    path = f"{environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/opt/homebrew/bin"
    found = shutil.which("mariadbd", path=path)
    if found is None:
        raise DatabaseUnavailable(NOWHERE)
    return Path(found).resolve()


@contextmanager
def mariadb(program: Path) -> Iterator[URL]:
    """Run a new, empty server, and give the address of its root."""
    with scratch() as directory:
        grant(directory)
        store = directory / "store"
        store.mkdir()
        grant(store)
        # A server that starts removes the temporary tables of all that share its folder for them.
        places = [f"--datadir={store}", f"--tmpdir={store}"]
        command = [str(program), "--no-defaults", *places, *SETTINGS]
        word = password()
        bootstrap = _system_tables(program) + LOCK_UP.format(word)
        complete(guarded([*command, "--bootstrap"]), bootstrap)
        port = closed_port()
        listening = [f"--port={port}", f"--socket={directory}/socket", "--pid-file=pid"]
        with ServerProgram(
            guarded([*command, *listening]),
            ready="ready for connections",
            stop=signal.SIGTERM,
        ):
            yield URL.create("mysql+aiomysql", "root", word, "127.0.0.1", port)


def _system_tables(program: Path) -> str:
    """Give the script the installation keeps for a new server."""
    for shared in SHARED:
        directory = program.parent.parent / shared
        if (directory / SYSTEM_TABLES[0]).is_file():
            scripts = [(directory / script).read_text() for script in SYSTEM_TABLES]
            return "\n".join([*PREAMBLE, *scripts])
    raise DatabaseUnavailable(f"{program} came without {SYSTEM_TABLES[0]}. {NOWHERE}")
