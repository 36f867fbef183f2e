"""The one thing these services share: which text a database can store."""

from typing import Annotated

from pydantic import AfterValidator


def storable(text: str) -> str:
    """Refuse NUL, which PostgreSQL cannot store, and half a surrogate pair, which is no text."""
    if "\x00" in text:
        raise ValueError("must not contain the NUL character")
    text.encode()
    return text


SafeText = Annotated[str, AfterValidator(storable)]
