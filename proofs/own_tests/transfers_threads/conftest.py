from __future__ import annotations

import pytest
from counter import make_accounts, make_app
from fastapi.testclient import TestClient
from sqlalchemy import create_engine


@pytest.fixture
def engine(tmp_path):
    engine = create_engine(
        f"sqlite:///{tmp_path}/bank.db", connect_args={"check_same_thread": False}
    )
    make_accounts(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def client(engine):
    with TestClient(make_app(engine)) as client:
        yield client
