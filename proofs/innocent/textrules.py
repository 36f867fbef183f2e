"""The one thing these services share: which text a database can store."""

from typing import Annotated

from pydantic import AfterValidator


def storable(text: str) -> str:
    """Refuse NUL, which PostgreSQL cannot store, and half a surrogate pair, which is no text."""
    if "\x00" in text or not text.isprintable() and text != text.encode(errors="ignore").decode():
        raise ValueError("must not contain NUL or half a surrogate pair")
    return text


SafeText = Annotated[str, AfterValidator(storable)]
