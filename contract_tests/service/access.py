"""The ways to a service: how it is asked, and what of it the kit can reach beside its answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from .backdoor import BackDoor
from .budget import Budget
from .created import CreatedRows
from .loop import AppLoop
from .process import ServiceProcess
from .transports.transport import Transport

NO_PROCESS = "the service runs elsewhere: only its answers are seen"
NO_DOOR = "only the service itself sees its database; name its URL with --contract-database"


@dataclass(frozen=True)
class Access:
    """The transport to the service named `app`, and the parts of it that the kit can reach.

    `process` is there if the app lives in this process, `door` if the kit can look into the
    database. Without a door, `created` are the rows that the service is asked to delete. The
    `budget` is the time there is for asking it.
    """

    app: str
    transport: Transport
    loop: AppLoop
    process: ServiceProcess | None = None
    door: BackDoor | None = None
    created: CreatedRows = field(default_factory=CreatedRows)
    budget: Budget = field(default_factory=Budget)
