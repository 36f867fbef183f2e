"""An option that names what the service has not is a mistake, and never without effect."""

from __future__ import annotations

import pytest

from proofs.test_plugin import judged, project

__all__ = ["project"]

APP = ("--contract-app", "reference_app:create_app")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--contract-body", "nosuch=1"), "*no request * field 'nosuch' *Valid: description, name"),
        (("--contract-replay", "failures:nosuch:error:1"), "*Subjects of failures: *, create, *"),
        (("--contract-replay", "failures:create:nosuch:1"), "*'nosuch' is no way *Valid: error, *"),
        (
            ("--contract-replay", "failures:create:error:1", "--contract-rule", "SES-01"),
            "*no test of the rules that were asked for sends it again*",
        ),
    ],
    ids=" ".join,
)
def test_a_name_of_nothing_is_one_line(
    project: pytest.Pytester, arguments: tuple[str, ...], says: str
) -> None:
    """What was given, and what would be valid."""
    result = judged(project, *APP, *arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {says}"])


@pytest.mark.parametrize("place", ["failures:create:error:999", "cancellation:create:scope:999"])
def test_a_place_that_is_not_there_is_red(project: pytest.Pytester, place: str) -> None:
    """Other tests of the area may be kept meanwhile: nothing was sent again."""
    result = judged(project, *APP, "--contract-replay", place)
    assert result.ret == 1
    result.stdout.fnmatch_lines([f"NOT conformant: there is no request {place} on this database*"])


def test_a_worker_with_nothing_to_replay_says_so(project: pytest.Pytester) -> None:
    """One line, and no error of pytest-xdist."""
    arguments = ("--contract-replay", "failures:nosuch:error:1", "-n", "1")
    result = judged(project, *APP, *arguments)
    assert result.ret != 0
    result.stdout.fnmatch_lines(["NOT conformant: --contract-replay failures:nosuch:error:1: no *"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
