"""Stop a service, and give back what was not the kit's."""

from __future__ import annotations

import warnings

from ..databases.image import counted
from ..rules.violation import Undecided
from ..service.backdoor import BackDoor
from ..service.loop import cancel_others
from ..service.process import ServiceProcess
from ..service.service import Service
from ..service.transports.lifespan import LifespanFailed
from .closing import blame, note


def stop(service: Service) -> None:
    """Shut the app down if it is in this process, and leave the database as it was."""
    note(f"stopping {service.app}")
    if service.has_process:
        if service.budget.is_over:
            service.process.transport.hurry()
        _shut_down(service.process)
    if not (service.has_back_door and service.database.owned):
        _clean(service)
    if service.has_back_door:
        service.door.close()


def _shut_down(process: ServiceProcess) -> None:
    """Run the shutdown. What that says is judged elsewhere."""
    try:
        process.stop()
    except LifespanFailed as failure:
        if failure.is_exit:  # no rule judges what ends a whole server
            blame(f"the app's {failure}")
    blame_tasks(process)


def blame_tasks(process: ServiceProcess) -> None:
    """Hold against the run what tasks of the app did to a server."""
    faults = process.loop.faults
    while faults:
        blame(faults.pop(0))


def _clean(service: Service) -> None:
    """Leave a database that is not the kit's as it was, or say what is left behind.

    A request that an interrupt has cut short must not go on meanwhile.
    """
    service.run(cancel_others())
    if service.has_back_door:
        _give_back(service.door)
    else:
        service.restore()
    if service.created.left:
        # pytest shows the warning below the results.
        reason = f"no DELETE took {service.created.left} of them away"
        warnings.warn(f"rows of the contract are left behind: {reason}", stacklevel=1)


def _give_back(door: BackDoor) -> None:
    """Put the rows back, or keep what is in the way in `left_behind`."""
    try:
        door.restore()
    except Undecided as hindrance:
        door.left_behind = str(hindrance)
    left = door.database.left
    if left:
        door.left_behind = f"rows that could not be put back: {counted(left)}"
    door.database.is_given_back = not door.left_behind
