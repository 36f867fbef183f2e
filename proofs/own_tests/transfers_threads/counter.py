"""A small bank that asks a blocking driver, in threads."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, FastAPI
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

Number = Annotated[int, Body()]
CHANGE = text("UPDATE accounts SET balance = balance + :amount WHERE id = :account")


def make_accounts(engine: Engine) -> None:
    """Make the table, with two accounts."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER)"))
        connection.execute(text("INSERT INTO accounts VALUES (1, 100), (2, 0)"))


def move(session: Session, account: int, amount: int) -> None:
    """Add an amount to the balance of an account."""
    session.execute(CHANGE, {"amount": amount, "account": account})


def read_balances(session: Session) -> list[int]:
    """Read all balances."""
    return list(session.scalars(text("SELECT balance FROM accounts ORDER BY id")).all())


def make_app(engine: Engine) -> FastAPI:
    """The bank on an engine."""
    app = FastAPI()

    @app.post("/transfer")
    def transfer(to: Number, amount: Number) -> str:
        with Session(engine) as session, session.begin():
            move(session, 1, -amount)
            move(session, to, amount)
        return "done"

    @app.post("/halves")
    def halves(to: Number, amount: Number) -> str:
        for account, change in ((1, -amount), (to, amount)):
            with Session(engine) as session, session.begin():
                move(session, account, change)
        return "done"

    @app.post("/lost-update")
    def lost_update(to: Number, amount: Number) -> str:
        with Session(engine) as session:
            first, second = read_balances(session)
            session.rollback()
            change = text("UPDATE accounts SET balance = :balance WHERE id = :account")
            for account, balance in ((1, first - amount), (to, second + amount)):
                session.execute(change, {"balance": balance, "account": account})
            session.commit()
        return "done"

    @app.get("/balances")
    def balances() -> list[int]:
        with Session(engine) as session:
            return read_balances(session)

    return app
