"""Public reports of bugs that the rules are about, each retold in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

HUB = "https://github.com/"


@dataclass(frozen=True)
class BugReport:
    """A report that somebody else has written, and what broke there."""

    rule: str
    url: str
    words: str


def reports_of(rule: str) -> tuple[BugReport, ...]:
    """Return the reports of what a rule is about, those with the most harm first."""
    return tuple(report for report in REPORTED if report.rule == rule)


def _report(heading: str, words: str) -> BugReport:
    rule, place = heading.split()
    return BugReport(rule, HUB + place, words.strip())


_TOLD = """
SCH-03 fastapi/sqlmodel/issues/138
    48 workers start at once, each creates the tables, and most of them fail.
SCH-03 roostorg/osprey/issues/432
    Two starts create one enum type; one of them fails.
SCH-04 safe-global/safe-decoder-service/pull/297
    A session of the start-up stayed in its transaction as long as the process ran.
SCH-07 CERT-Polska/mailgoose/issues/215
    Tables are made while the module is imported, in each worker.
SCH-07 fastapi/fastapi/issues/3242
    A test run has initialised the production database, by an import.
SCH-06 sqlalchemy/sqlalchemy/issues/12579
    An error about the address of a database had its password in it.
SCH-08 omnilib/aiosqlite/issues/369
    A thread of the driver that nobody ended kept the process alive.
MIG-03 manavgup/wikimind/issues/624
    Eight columns were missing in production; the tests had made their tables from models.
SES-01 londonaicentre/FLIP/pull/775
    Fifteen requests that ended in an error stopped the service.
SES-01 mozilla-ai/otari/issues/1236
    A generator around the generator of sessions left it unfinished: all answers were 503.
SES-01 lsst-sqre/safir/pull/242
    The code behind a bare yield did not run when the endpoint raised.
SES-02 canonical/test_observer/pull/571
    23 connections stayed in their transactions for up to 40 minutes; all answers were 200.
SES-03 langflow-ai/langflow/pull/15078
    A client that read at once did not find what it had just stored.
SES-03 vstorm-co/agenticos/issues/353
    A row could be seen 21.7 ms after its 201.
SES-03 yuval9313/FastApi-RESTful/issues/171
    A COMMIT that fails after the answer loses a row that was announced.
SES-04 MobilityData/mobility-feed-api/issues/293
    One session served all requests, and a failure of one reached the others.
SES-04 mozilla-it/ctms-api/issues/70
    A session per thread was shared by requests that followed each other in it.
SES-05 bihealth/reev/issues/360
    Sessions were left to the garbage collector, which says so in warnings.
SES-08 milwil-2/climb-elo/issues/183
    Each request made an engine, until the server refused connections.
SES-08 ethyca/fidesops/pull/1107
    Each health check made an engine.
SES-09 topoteretes/cognee/pull/4354
    Requests that held one connection and waited for a second stopped each other.
SES-09 nsidnev/fastapi-realworld-example-app/issues/64
    Under load requests waited for connections that other waiting requests held.
SES-10 open-webui/open-webui/issues/11233
    A synchronous session in async endpoints stopped all other requests.
SES-11 IBM/mcp-context-forge/issues/1862
    Transactions stayed open while requests waited for other services.
SES-11 mem0ai/mem0/issues/6236
    The lookup of a user held its connection while a language model answered.
SES-13 vitofico/quire/pull/29
    Tasks shared a session; one of them always failed, which nobody saw.
SES-13 sqlalchemy/sqlalchemy/issues/10092
    One session was given to several tasks at once.
SES-14 qd-today/qd/pull/636
    Sessions that were never removed took more than 1 GB.
SES-14 lsst-sqre/gafaelfawr/pull/1036
    A process grew by its sessions until it was restarted.
SES-16 wrzonance/WrzDJ/issues/356
    Open tabs of guests held one connection each until the pool was empty.
CRU-04 fastapi-users/fastapi-users/issues/1395
    A row that had expired with its COMMIT could not be shown.
CRU-06 BerriAI/litellm/pull/29250
    An update set security flags that were not sent back to their defaults.
CRU-07 sneg55/pingcrm/pull/80
    The second change of a JSON column was answered and never stored.
CRU-09 eadwinCode/django-ninja-extra/pull/288
    A PATCH could set no field to null.
CRU-17 awtkns/fastapi-crudrouter/issues/95
    A delete worked on SQLite and answered 404 on PostgreSQL.
CRU-23 LanternOps/breeze/issues/3462
    Pages were cut from an order that had ties.
CRU-23 infiniflow/ragflow/pull/17325
    The result of order_by was thrown away.
CRU-25 open-webui/open-webui/issues/22206
    A list without a limit ended in want of memory.
CRU-27 data-dot-all/dataall/issues/1088
    One item was listed with a count of 11.
CRU-28 fastapi/fastapi/issues/4939
    A 204 had the body null.
CRU-50 ulsklyc/yuvomi/issues/822
    Two rows were made for one Idempotency-Key.
CRU-60 infiniflow/ragflow/issues/14789
    A login showed the digest of the password, and a token.
CRU-62 rhesis-ai/rhesis/pull/2110
    A list took 1.4 s, for a query of its own per row.
PAY-05 langgenius/dify/issues/14593
    A text longer than its column was a 500.
LIF-03 omnilib/aiosqlite/issues/371
    A command never ended: a thread of the driver was still there.
SET-04 google/adk-python/pull/6485
    The address of the database was logged as it is.
REP-03 triggerdotdev/trigger.dev/pull/3914
    A replica that lagged did not show a run yet, so a second one was started.
ERR-01 cmu-delphi/delphi-epidata/issues/1801
    A failure of the database was answered with 200 and its text.
ERR-02 yuval9313/FastApi-RESTful/issues/171
    A COMMIT that fails after the answer loses a row that was announced.
ERR-03 smaramwbc/statewave/issues/367
    Every update was answered with 500 and stored.
ERR-03 aeecleclair/Hyperion/pull/729
    A refusal raised by the endpoint was committed.
ERR-04 hushh-labs/hushh-research/pull/4792
    The answer had the parameters of the statement, telephone numbers among them.
ERR-04 open-webui/open-webui/issues/26374
    Twenty endpoints showed raw exceptions.
ERR-06 sqlalchemy/sqlalchemy/issues/10251
    After one failed flush only a restart helped: the session was used again.
ERR-06 feross/Instant.fm/issues/173
    One failed statement made all later ones fail.
ERR-08 open-component-model/odg-core/pull/390
    A pool without free connections was a 500 after 30 seconds.
ERR-10 Kludex/starlette/issues/1116
    A crash looked like a refusal of the browser: the 500 had no CORS headers.
FAI-09 GetKlai/klai/pull/144
    A PATCH was stored and answered 500: its row had expired.
FAI-10 Morelitea/initiative/issues/1822
    An error that was caught spoilt the transaction, on PostgreSQL alone.
FAI-12 alibaba/ROCK/issues/986
    A restart of the database was a row of 500s.
FAI-13 ThalesGroup/fred/pull/1705
    Connections that had died while idle were used again.
FAI-13 DIRACGrid/diracx/issues/131
    MySQL had closed connections that were idle.
FAI-14 MemMachine/MemMachine/pull/1552
    After the network had come back all requests still hung until a restart.
FAI-20 onyx-dot-app/onyx/pull/2818
    A serialization failure was a 500.
CAN-01 sqlalchemy/sqlalchemy/issues/6652
    Cancelled requests cost a web app its connections until it failed.
CAN-01 jaylfc/taOS/pull/2361
    A clean-up below except Exception misses a cancellation.
CAN-02 sqlalchemy/sqlalchemy/issues/6592
    The connection of a cancelled statement went back to the pool in its transaction.
CAN-05 SuanmoSuanyangTechnology/MemoryBear/pull/2243
    The next user of a connection met the operation that had been cancelled.
CAN-06 sqlalchemy/sqlalchemy/issues/12077
    A cancel scope cancelled the clean-up as well, and the connection was lost.
CAN-08 langflow-ai/langflow/pull/13926
    A cancellation was caught and turned into an ordinary error.
DIS-06 onyx-dot-app/onyx/pull/1238
    Connections stayed in their transactions after streams that had been left.
DIS-11 open-webui/open-webui/pull/28183
    A stream kept the connection that the check of its user had taken.
DIS-11 vincentmakes/turbo-ea/pull/902
    Some open tabs took all connections of the pool.
CON-02 c15t/c15t/issues/861
    Two equal requests at once both passed the check for a duplicate, and both were stored.
CON-03 mcdonc/klangk/issues/877
    Of two equal creates at once the second was a 500 instead of a 409.
CON-05 mealie-recipes/mealie/issues/5075
    An update of a row that was deleted meanwhile was a 500.
CON-10 AstrBotDevs/AstrBot/pull/6474
    Writes at the same time: the database is locked.
CON-12 fastapi/fastapi/issues/3205
    Requests in threads and the ends of their sessions waited for each other.
CON-12 uhh-lt/dats/issues/217
    With more requests than connections nothing was answered.
CON-14 dbinfrago/capella-collab-manager/issues/1914
    A pool without free connections was a 500.
"""
"""Two lines a report: the rule and the place on `HUB`, then what broke."""

_LINES = _TOLD.strip().splitlines()

REPORTED = tuple(map(_report, _LINES[::2], _LINES[1::2]))
"""All reports, in the order of the rules."""
