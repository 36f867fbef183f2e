"""The kit as it is published: built from its sdist, installed alone, used without a source."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from hatchling.build import build_sdist, build_wheel

from contract_tests import __version__
from contract_tests.rules import RULES
from proofs.installing import Newcomer, install

ROOT = Path(__file__).resolve().parent.parent
NAME = f"pytest_crud_contract-{__version__}"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sdist, and the wheel that was made of it and of nothing else."""
    folder = tmp_path_factory.mktemp("dist")
    with pytest.MonkeyPatch.context() as place:
        place.chdir(ROOT)
        sdist = folder / build_sdist(str(folder))
        with tarfile.open(sdist) as archive:
            archive.extractall(tmp_path_factory.mktemp("source"), filter="data")
            place.chdir(tmp_path_factory.getbasetemp() / "source0" / NAME)
        build_wheel(str(folder))
    return folder


@pytest.fixture(scope="module")
def newcomer(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    """Someone who has installed the wheel."""
    environment = tmp_path_factory.mktemp("environment")
    install(built / f"{NAME}-py3-none-any.whl", environment)
    return Newcomer(environment, tmp_path_factory.mktemp("elsewhere"))


def test_the_sdist_is_the_repository(built: Path) -> None:
    """All that is under version control, and nothing that is left out of it."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    expected = {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}
    with tarfile.open(built / f"{NAME}.tar.gz") as archive:
        names = {member.name.removeprefix(f"{NAME}/") for member in archive if member.isfile()}
    assert names - {"PKG-INFO"} == expected


def test_an_index_would_take_both(built: Path) -> None:
    """Their metadata is valid, and the page that an index makes of the README too."""
    files = [str(path) for path in sorted(built.iterdir())]
    command = [sys.executable, "-m", "twine", "check", "--strict", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("PASSED") == len(files) == 2


def test_nothing_else_is_installed_with_it(newcomer: Newcomer) -> None:
    """No web framework, and no driver but that of the embedded database."""
    absent = "fastapi litestar asyncpg aiomysql alembic uvicorn pydantic xdist reference_app proofs"
    code = f"import importlib.util as u; print([n for n in {absent.split()} if u.find_spec(n)])"
    done = newcomer.ran("python", "-c", code)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_it_says_its_version(newcomer: Newcomer) -> None:
    """The command that was installed is of the built kit."""
    done = newcomer.ran("contract-tests", "--version")
    assert (done.stdout, done.stderr) == (f"contract-tests {__version__}\n", "")


def test_it_lists_every_rule(newcomer: Newcomer) -> None:
    """The catalogue is whole where nothing lies beside it."""
    listed = json.loads(newcomer.ran("contract-tests", "list", "--json").stdout)
    assert [rule.id for rule in RULES] == [row["id"] for row in listed["rules"]]


def test_it_shows_its_demo(newcomer: Newcomer) -> None:
    """With nothing but what it needs itself, and without a trace in the folder."""
    done = newcomer.ran("contract-tests", "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "caught   SES-03  checkout.py:" in done.stdout
    assert list(newcomer.folder.iterdir()) == []


def test_it_judges_an_app_beside_it(newcomer: Newcomer) -> None:
    """A run writes its report, and knows the schema that describes one."""
    done = newcomer.ran("python", "-c", "import contract_tests; print(contract_tests.__file__)")
    kit = Path(done.stdout.strip()).parent
    assert newcomer.environment in kit.parents
    (newcomer.folder / "shop").symlink_to(kit / "demo")
    report = newcomer.folder / "report.json"
    asked = ("--contract-rule", "SES-03,CRU-01", "--contract-report", str(report))
    done = newcomer.ran("contract-tests", "run", "shop.mended:app", *asked)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {row["rule"] for row in json.loads(report.read_text())["verdicts"]} == {
        "SES-03",
        "CRU-01",
    }
    assert (kit / "reports" / "report.schema.json").is_file()
