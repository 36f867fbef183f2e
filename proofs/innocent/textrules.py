"""The one thing these services share: which text a database can store."""

from typing import Annotated

from pydantic import AfterValidator


def storable(text: str) -> str:
    """Refuse the NUL character, which PostgreSQL cannot store."""
    if "\x00" in text:
        raise ValueError("must not contain the NUL character")
    return text


SafeText = Annotated[str, AfterValidator(storable)]
