"""Apps whose endpoint opens the session of a payment itself, and does it wrong."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from proofs.broken import breaks
from proofs.innocent.orders import CHOSEN, Orders, Payment, PaymentIn, sent, served


@breaks("CAN-03", says="only a part is stored, in orders", also=("ERR-03",), arguments=CHOSEN)
def paid_in_two_commits() -> Starlette:
    """A payment is marked in one transaction, and written down in the next."""

    class TwoCommits(Orders):
        async def pay(self, request: Request) -> Response:
            payment = await sent(request, PaymentIn)
            async with self.sessions.begin() as session:
                await self.mark_paid(session, request.path_params["order_id"])
            async with self.sessions.begin() as session:
                session.add(self.payment_of(request, payment))
            return Response(status_code=204)

    return served(TwoCommits())


@breaks("SES-03", says="COMMIT came only after the answer", arguments=CHOSEN)
def paid_in_the_background() -> Starlette:
    """The whole payment is left to a task behind its answer."""

    class Later(Orders):
        async def pay(self, request: Request) -> Response:
            payment = self.payment_of(request, await sent(request, PaymentIn))
            return Response(status_code=204, background=BackgroundTask(self.store, payment))

        async def store(self, payment: Payment) -> None:
            async with self.sessions.begin() as session:
                with suppress(HTTPException):
                    await self.mark_paid(session, payment.order_id)
                    session.add(payment)

    return served(Later())


@breaks("SES-01", says="still out after POST /orders/1999999999/pay -> 409", arguments=CHOSEN)
def kept_when_refused() -> Starlette:
    """A payment that is refused returns before it closes its session."""

    class Keeping(Orders):
        last: AsyncSession

        async def pay(self, request: Request) -> Response:
            payment = await sent(request, PaymentIn)
            session = self.last = self.sessions()
            try:
                await self.mark_paid(session, request.path_params["order_id"])
                session.add(self.payment_of(request, payment))
                await session.commit()
                await session.close()
            except HTTPException:
                raise
            except BaseException:
                await session.close()
                raise
            return Response(status_code=204)

    return served(Keeping())
