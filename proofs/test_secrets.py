"""Secrets in whole runs: whatever fails, however much is shown, none of them comes out."""

from __future__ import annotations

import re
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from sqlalchemy.engine import make_url

from contract_tests.reports.formats import report_formats
from proofs.conftest import Servers
from proofs.loading import LEAN
from proofs.telling import BROKER, DROPPING, FAILING, TELLING

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "Zq7/vN4x+Lk9mP2wRt5y-aB8cD6eF3gH1jK0"
HEADER = ("--contract-header", f"Authorization: Bearer {TOKEN}")
KEY = "k3y-of-the-service-77"
FORMATS = tuple(report_formats())
LOUD = (
    *("-l", "--tb=long", "-rA", "--junit-xml=junit.xml", "--contract-report=report.json"),
    *(f"--contract-{name}=report.{name}" for name in FORMATS),
)
WRITTEN = ("junit.xml", "report.json", "all.log", *(f"report.{name}" for name in FORMATS))


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project of a service that tells everything it knows."""
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{pytester.path}")
    for name in ("CONTRACT_APP", "CONTRACT_DATABASE", "CONTRACT_HEADER", "CI"):
        monkeypatch.delenv(name, raising=False)
    pytester.makepyprojecttoml('[tool.pytest.ini_options]\nlog_level = "INFO"\n')
    pytester.makepyfile(telling=TELLING, dropping=DROPPING)
    return pytester


def told(project: pytest.Pytester, *arguments: str) -> str:
    """Run the contract, and give all that came out of it in any way."""
    own = ("-p", "contract_tests.plugin", "-p", "no:schemathesis", "-p", "no:cacheprovider", *LEAN)
    result = project.runpytest_subprocess(*own, "--pyargs", "contract_tests", *arguments)
    files = [path for path in project.path.iterdir() if path.name in WRITTEN]
    written = [path.read_text("utf-8") for path in files]
    return "\n".join((result.stdout.str(), result.stderr.str(), *written))


def judged(project: pytest.Pytester, *arguments: str) -> str:
    """The same for a rule that the telling service breaks."""
    asked = ("--contract-app", "telling:create", "--contract-rule", "SES-03", "-k", "create")
    return told(project, *asked, "--contract-env", f"API_KEY={KEY}", *HEADER, *arguments)


def parts(secret: str) -> set[str]:
    """What may not be found of a secret: pieces of it, as it is, quoted and in base64."""
    encoded = [b64encode(b"x" * n + secret.encode()).decode()[n + 1 : -4] for n in range(3)]
    texts = (secret, quote_plus(secret), *encoded)
    return {text[place : place + 9] for text in texts for place in range(len(text) - 8)}


def leaks(text: str, *secrets: str) -> list[str]:
    """The lines that show a piece of a secret."""
    pieces = {piece for secret in secrets for piece in parts(secret)}
    return [line for line in text.splitlines() if any(piece in line for piece in pieces)]


def test_what_a_service_tells_of_its_secrets_is_masked(project: pytest.Pytester) -> None:
    """Captured output and logs, in terminal, XML and JSON, of a rule that is broken."""
    text = judged(project, *LOUD)

    assert leaks(text, TOKEN, BROKER, KEY) == []
    assert "Captured stdout" in text
    assert "SES-03 (required)" in text
    assert "amqp://me:***@queue, key ***" in text


@pytest.mark.parametrize("style", [("-n", "1"), ("-s",), ("--log-cli-level=INFO",)], ids=" ".join)
def test_other_ways_out_are_masked_too(project: pytest.Pytester, style: tuple[str, ...]) -> None:
    """Workers, output that nobody captures, logs that are shown at once or written to a file."""
    text = judged(project, *LOUD, "--log-file=all.log", *style)

    assert leaks(text, TOKEN, BROKER, KEY) == []
    assert "amqp://me:***@queue, key ***" in text


@pytest.mark.parametrize("style", ["long", "native"])
def test_a_failure_of_the_kit_shows_no_secret(project: pytest.Pytester, style: str) -> None:
    """A traceback has arguments and local variables, whole and cut."""
    project.makepyfile(failing=f"INTERNAL = False\n{FAILING}")

    text = judged(project, *LOUD, "-p", "failing", f"--tb={style}")

    assert leaks(text, TOKEN, BROKER, KEY) == []
    assert "the kit has failed with" in text


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=str)
def test_an_internal_error_shows_no_secret(
    project: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    """Neither in the terminal nor in the XML."""
    project.makepyfile(failing=f"INTERNAL = True\n{FAILING}")

    text = judged(project, *LOUD, "-p", "failing", *workers)

    assert leaks(text, TOKEN, BROKER, KEY) == []
    assert "an internal error with" in text


@pytest.fixture
def given(servers: Servers) -> str:
    """The address of a server; made before `pytester`, which forgets what was imported later."""
    return servers.environ("postgresql")["CONTRACT_POSTGRES_URL"]


def test_a_database_that_goes_takes_its_password_along(
    given: str, project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The back door fails in a driver that has the password among its arguments."""
    address = make_url(given)
    password = str(address.password or "a-server-that-asks-for-none")
    url = address.set(password=password).render_as_string(hide_password=False)
    monkeypatch.setenv("CONTRACT_POSTGRES_URL", url)

    text = told(
        project,
        "--contract-app",
        "dropping:create",
        "--contract-database",
        "postgresql",
        "--contract-rule",
        "SES-01",
        *LOUD,
    )

    assert "SES-01  error" in text
    assert leaks(text, password) == []


def test_a_password_that_the_kit_made_up_is_masked(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of a server of its own, which the service is told and tells."""
    monkeypatch.delenv("CONTRACT_POSTGRES_URL", raising=False)
    text = judged(project, *LOUD, "--contract-database", "postgresql")
    if "no PostgreSQL here" in text:
        pytest.skip("there is no PostgreSQL here")

    assert re.findall(r"postgres:[0-9a-f]+@", text) == []
    assert "postgres:***@127.0.0.1" in text


def test_an_address_that_a_service_tells_is_reported_and_masked(project: pytest.Pytester) -> None:
    """The rule sees the password of a queue, the reader does not."""
    text = told(
        project,
        "--contract-app",
        "proofs.broken.errors_answers:queue_in_the_answer",
        "--contract-rule",
        "ERR-04",
        "-k",
        "list-statement",
        *LOUD,
    )

    assert "its answer contains 'an address with a password'" in text
    assert "amqp://shop:***@queue.example/failures" in text
    assert leaks(text, "correct-horse") == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--contract-header", f"Bearer {TOKEN}"), "is not Name: value"),
        (("--contract-header", f"Bearer {TOKEN}:x"), "is not Name: value"),
        (("--contract-env", TOKEN), "is not NAME=TEMPLATE"),
        (("--contract-env", f"API_KEY=x{{{TOKEN}}}"), "API_KEY: unknown placeholder"),
        (("--contract-database", f"me:{TOKEN}@h/db"), "is not a database"),
        (("--contract-database", f"mssql://me:{TOKEN}@h/db"), "is no database the kit knows"),
        (("--contract-database", f"postgresql://me:x@{TOKEN}@h/db"), "cannot be read"),
        (("--contract-database", f"postgresql://me:{TOKEN}@h:port/db"), "cannot be read"),
        (("--contract-prepare", f"PGPASSWORD={TOKEN} false"), "ended with 1"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_secret_in_a_wrong_form_is_not_repeated(
    project: pytest.Pytester, arguments: tuple[str, str], says: str
) -> None:
    """The error says what would be valid, and where to change it."""
    text = told(project, "--contract-app", "reference_app:create_app", *arguments)

    assert leaks(text, TOKEN) == []
    assert says in text


def test_a_header_without_a_name_in_the_environment_is_not_repeated(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable is named, and which of its lines is meant."""
    monkeypatch.setenv("CONTRACT_HEADER", f"X-Tenant: one\nBearer {TOKEN}")

    text = told(project, "--contract-app", "reference_app:create_app")

    assert leaks(text, TOKEN) == []
    assert "ERROR: CONTRACT_HEADER: entry 2 of 2 is not Name: value" in text
