"""Write the list of known findings: comments, order and everything that a team has edited stay."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..rules.verdict import Outcome
from .baseline import Baseline, KnownFinding, Standing, without_baseline
from .baseline_reading import CONDITIONS, TABLE
from .record import RunRecord, circumstances_of

TODO = "TODO"
"""The reason of an entry that nobody has given one yet."""

HEAD = """\
# What the contract finds and the team knows of. A run is red for what is not listed here, for what
# has expired, and for what is kept again. Each entry needs a reason, and may have more:
# issue = "SHOP-12"
# expires = 2027-03-31

"""


@dataclass
class SeenFinding:
    """A finding of one or more runs, and the cases in which it shows."""

    rule: str
    finding: str
    cases: list[str]
    condition: Mapping[str, str] = field(default_factory=dict)


def findings_in(runs: Sequence[RunRecord]) -> list[SeenFinding]:
    """Return what is red in some runs, with a condition where it does not show in all of them."""
    around = [circumstances_of(run) for run in runs]
    differing = [name for name in CONDITIONS if len({each[name] for each in around}) > 1]
    seen: dict[tuple[str, str, str], list[int]] = {}
    for number, run in enumerate(runs):
        for key in dict.fromkeys(_red(run)):
            seen.setdefault(key, []).append(number)
    found: dict[tuple[str, str, str], SeenFinding] = {}
    for (rule, finding, case), numbers in seen.items():
        is_everywhere = len(numbers) == len(runs)
        for number in numbers[:1] if is_everywhere else numbers:
            only = {} if is_everywhere else {name: around[number][name] for name in differing}
            one = found.setdefault((rule, finding, str(only)), SeenFinding(rule, finding, [], only))
            one.cases.append(case)
    return list(found.values())


def _red(run: RunRecord) -> Iterator[tuple[str, str, str]]:
    """Give rule, finding and case of all that turns a run red and can be listed."""
    for verdict in without_baseline(run).verdicts:
        is_meant = verdict.outcome in {Outcome.BROKEN, Outcome.UNDECIDED} and not verdict.is_late
        if is_meant and verdict.is_red_at(run.level):
            yield from ((verdict.rule, finding, verdict.place) for finding in verdict.findings)


def with_findings(text: str, found: Iterable[SeenFinding]) -> tuple[str, int]:
    """Return the text of a file with the findings that it lacks, and how many of them are new.

    A further case of a finding is added to its entry.
    """
    import tomlkit

    document = tomlkit.parse(text or HEAD)
    rows = document.get(TABLE)
    if rows is None:
        rows = document[TABLE] = tomlkit.aot()
    count = 0
    for each in found:
        mine = [row for row in rows if _is_of(row, each)]
        listed = {case for row in mine for case in row["cases"]}
        new = [case for case in each.cases if case not in listed]
        count += bool(new)
        if mine:
            mine[0]["cases"].extend(new)
        else:
            rows.append(_table(each))
    return tomlkit.dumps(document), count


def _is_of(row: Mapping[str, object], found: SeenFinding) -> bool:
    return (row["rule"], row["finding"]) == (found.rule, found.finding) and (
        row.get("condition", {}) == found.condition
    )


def _table(found: SeenFinding) -> dict[str, object]:
    import tomlkit

    table = tomlkit.table()
    table.update({"rule": found.rule, "finding": found.finding, "cases": found.cases})
    table.add("reason", TODO)
    if found.condition:
        condition = tomlkit.inline_table()
        condition.update(found.condition)
        table.add("condition", condition)
    return table


def without_cases(text: str, gone: Collection[tuple[int, str]]) -> str:
    """Return the text of a file without some cases, each told by the place of its entry.

    An entry that has no case left goes with them.
    """
    import tomlkit

    document = tomlkit.parse(text)
    rows = document[TABLE]
    for place, row in reversed([*enumerate(rows)]):
        left = [case for case in row["cases"] if (place, case) not in gone]
        for case in [case for case in row["cases"] if case not in left]:
            row["cases"].remove(case)
        if not left:
            del rows[place]
    return tomlkit.dumps(document)


def to_prune(baseline: Baseline, runs: Iterable[RunRecord]) -> dict[tuple[int, str], Standing]:
    """Return the cases that are kept again, or met by no test, in every run that has looked."""
    standings: dict[tuple[int, str], set[Standing]] = {}
    places = {id(entry): place for place, entry in enumerate(baseline.entries)}
    for run in runs:
        for entry, cases in baseline.standings(without_baseline(run)):
            for case, standing in cases.items():
                standings.setdefault((places[id(entry)], case), set()).add(standing)
    looked = {key: found - {Standing.UNSEEN} for key, found in standings.items()}
    return {
        key: min(found, key=list(Standing).index)
        for key, found in looked.items()
        if found and Standing.MATCHED not in found
    }


def unreasoned(entries: Iterable[KnownFinding]) -> list[KnownFinding]:
    """Return the entries whose reason nobody has written."""
    return [entry for entry in entries if entry.reason.strip().upper() == TODO]
