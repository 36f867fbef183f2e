"""Fields that a service shows otherwise than they were sent, on purpose and every time."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from ...instruments.exchange import Exchange
from ..equality import same
from ..service import Service

# Hexadecimal from MD5's 32 digits on, base64, and the `$` between the parts of a password's hash.
DIGEST = re.compile(r"[0-9a-f]{32,}|[0-9A-F]{32,}|[A-Za-z0-9+/_-]{40,}=*|\$?\w+\$.{20,}")
"""The look of a text that was hashed or encrypted."""

MASK = re.compile("[*\u2022\u25cf]{3,}")
"""The characters that stand in place of a text that is not shown."""

Pair = tuple[Mapping[str, Any], Mapping[str, Any]]


def derived_fields(service: Service, created: Exchange) -> frozenset[str]:
    """The fields that two plain rows show as a digest, a mask, or respelled.

    Whatever else is not shown as it was sent is lost, and judged.
    """
    names = _derived(service, created)
    return names and names & _derived(service, service.create())


def _derived(service: Service, created: Exchange) -> frozenset[str]:
    sent, shown = _sent_and_shown(service, created)
    both = sent.keys() & shown.keys() - {service.resource.id_field}
    return frozenset(name for name in both if is_derived(sent[name], shown[name]))


def _sent_and_shown(service: Service, created: Exchange) -> Pair:
    sent = json.loads(created.request.body or b"{}")
    identifier = service.created_id(created, sent) if created.ok else None
    read = service.resource.offers("read") and identifier is not None
    return sent, service.shown(service.read(identifier) if read else created)


def is_derived(sent: object, shown: object) -> bool:
    """Return whether the text that is shown was made of the one that was sent, on purpose."""
    if not isinstance(sent, str) or not isinstance(shown, str) or same(sent, shown):
        return False
    return is_digest(sent, shown) or bool(MASK.search(shown)) or _is_respelled(sent, shown)


def is_digest(sent: str, shown: str) -> bool:
    """Return whether a text is shown in place of which it could not be read back."""
    return bool(DIGEST.fullmatch(shown)) and sent.casefold() not in shown.casefold()


def _is_respelled(sent: str, shown: str) -> bool:
    """Return whether only case, accents and signs differ. A number has no signs to spare."""
    is_number = re.fullmatch(r"-?[\d.]+", sent)
    return not is_number and _letters(sent) == _letters(shown) != ""


def _letters(text: str) -> str:
    """The letters and digits of a text, which a normal form keeps."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in plain if character.isalnum())
