"""Bodies drawn from a service's own schema: valid ones, invalid ones, hostile ones.

Hypothesis draws them, by strategies written here for speed. A schema with a keyword that is not
read here is left to Schemathesis, which knows them all; a keyword is never passed over.
"""

from .bodies import hostile_bodies, invalid_bodies, valid_bodies
from .checking import validity
from .converting import UnreadSchemaError

__all__ = ["UnreadSchemaError", "hostile_bodies", "invalid_bodies", "valid_bodies", "validity"]
