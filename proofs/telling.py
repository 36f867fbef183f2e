"""Programs of the proofs about secrets: services that tell them, and a plug-in that fails."""

from __future__ import annotations

BROKER = "br0ker-pw-5521"

TELLING = """
import base64, logging, os, sys, urllib.parse

from proofs.broken.sessions import commit_in_teardown


class Telling:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            tell({name.decode(): value.decode() for name, value in scope["headers"]})
        await self.app(scope, receive, send)


def tell(headers):
    shown = headers.get("authorization", "")
    print("asked with", headers)
    print(urllib.parse.quote_plus(shown), file=sys.stderr)
    encoded = base64.b64encode(f"key={shown}.".encode()).decode()
    logging.getLogger("service").warning("%s at %s", encoded, os.environ["DATABASE_URL"])
    logging.getLogger("service").warning("amqp://me:BROKER@queue, key %s", os.environ["API_KEY"])


def create():
    app = commit_in_teardown()
    app.add_middleware(Telling)
    return app
""".replace("BROKER", BROKER)

FAILING = """
import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    value = dict(item.config.getoption("contract_header")[0].split(": ") for _ in "1")
    padded = ["x" * 90, value["Authorization"]] * 4
    try:
        return (yield)
    finally:
        raise RuntimeError(f"the kit has failed with {value}")


def pytest_runtest_logreport(report):
    if report.when == "teardown" and INTERNAL:
        raise_with(report, CONFIG.getoption("contract_header"))


def pytest_configure(config):
    global CONFIG
    CONFIG = config


def raise_with(report, headers):
    raise RuntimeError(f"an internal error with {headers}")
"""

DROPPING = """
import os

import asyncpg
from reference_app import create_app


class Dropping:
    count = 0

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)
        if scope["type"] == "http" and scope["method"] == "POST":
            Dropping.count += 1
            if Dropping.count == 6:
                await drop()


async def drop():
    address = os.environ["DATABASE_URL"].replace("+asyncpg", "")
    lobby, _, name = address.rpartition("/")
    door = await asyncpg.connect(f"{lobby}/postgres")
    await door.execute(f"drop database {name} with (force)")
    await door.close()


def create():
    app = create_app()
    app.add_middleware(Dropping)
    return app
"""
