"""The mask: every form of a secret becomes `***`, what is no secret stays, and a cut hides none."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from contract_tests.instruments.exchange import Exchange, Request
from contract_tests.masking.cutting import cut
from contract_tests.masking.mask import Mask, learn
from contract_tests.runner.options import Options
from contract_tests.runner.secrets import secrets_of

ODD = "s3cr3t/+?'\"\\ é%@end"
TOKEN = "Zq7-vN4x_Lk9mP2wRt5y"
FORMS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "repr": repr,
    "repr of repr": lambda text: repr(repr(text)),
    "bytes": lambda text: repr(text.encode()),
    "json": json.dumps,
    "json, not ASCII": lambda text: json.dumps(text, ensure_ascii=False),
    "json in json": lambda text: json.dumps(json.dumps({"inner": text})),
    "html": html.escape,
    "quoted": lambda text: quote(text, safe=""),
    "quoted, slashes kept": quote,
    "quoted in lower case": lambda text: re.sub(
        "%..", lambda f: f[0].lower(), quote(text, safe="")
    ),
    "quoted for a form": quote_plus,
    "base64": lambda text: b64encode(text.encode()).decode(),
    "base64 for addresses": lambda text: urlsafe_b64encode(text.encode()).decode(),
    "base64 in an address": lambda text: quote(b64encode(text.encode()).decode(), safe=""),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_masked_in_every_form(form: str) -> None:
    """Neither the text nor anything it could be read from is left."""
    written = FORMS[form](ODD)

    masked = Mask(ODD)(f"<{written}>")

    assert "s3cr3t" not in masked
    assert "***" in masked
    assert len("<''***''>") + 20 >= len(masked)


@pytest.mark.parametrize("before", [b"", b"u", b"us", b"me:"], ids=len)
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_a_secret_is_masked_inside_a_longer_base64(
    before: bytes, encode: Callable[[bytes], bytes]
) -> None:
    """Wherever it begins among the groups of three bytes."""
    longer = encode(before + TOKEN.encode() + b", and more").decode()

    assert "***" in Mask(TOKEN)(longer)
    assert longer[8:20] not in Mask(TOKEN)(longer)


def test_the_longest_secret_is_masked_first() -> None:
    """A secret that is a part of another does not leave the rest of it."""
    mask = Mask("hunter", "hunter-and-gatherer")

    assert mask("hunter-and-gatherer, hunter") == "***, ***"


@pytest.mark.parametrize("spared", ["", "abc", "postgres", "root", "test"])
def test_what_stands_in_every_text_is_spared(spared: str) -> None:
    """A text without its shortest words would tell nothing any more."""
    text = f"test of postgres as root: abc{spared}"

    assert text == Mask(spared)(text)


def test_a_short_secret_is_masked_as_a_word_only() -> None:
    """It could be a part of other words by chance."""
    assert Mask("conn")("conn 9, connection, {'conn'}") == "*** 9, connection, {'***'}"


@pytest.mark.parametrize("mark", ["...", "..", "…", "...'"])
def test_a_secret_that_was_cut_is_masked(mark: str) -> None:
    """What is left of it before the mark of the cut, and what is left after it."""
    mask = Mask(TOKEN)

    assert f"token ***{mark}" == mask(f"token {TOKEN[:9]}{mark}")
    assert mask(f"'...{TOKEN[-9:]} is the token") == "'...*** is the token"


def test_what_the_kit_cuts_has_the_mark_of_it() -> None:
    """Whatever the length, no beginning of a secret is left."""
    exchange = Exchange(1, Request("GET", "/"), 500, body=f"no entry for {TOKEN}".encode())
    mask = Mask(TOKEN)

    left = {mask(exchange.excerpt(length)) for length in range(18, 40)}

    assert {"no entry for ***", "no entry for ***…"} == left
    assert cut("whole", 5) == "whole"


def test_the_body_of_a_request_is_cut_with_a_mark() -> None:
    """It is shown in every timeline."""
    request = Request("POST", "/", body=b"x" * 110 + TOKEN.encode())

    assert str(request).endswith("…")
    assert TOKEN[:5] not in Mask(TOKEN)(str(request))


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("at postgresql+asyncpg://me:pw@h/db!", "at postgresql+asyncpg://me:***@h/db!"),
        ("redis://:p:w@h", "redis://:***@h"),
        ("amqp://me:p@ss@h/x", "amqp://me:***@h/x"),
        ("mysql://me:p/w@h/x", "mysql://me:***@h/x"),
        ("postgresql://me:pw-of-mi...", "postgresql://me:***..."),
        ("http://localhost:8000/x?mail=a@b", "http://localhost:8000/x?mail=a@b"),
        ("http://[::1]:8000/x?mail=a@b", "http://[::1]:8000/x?mail=a@b"),
        ("postgresql://me@h/db", "postgresql://me@h/db"),
        ('{"url":"http://h:8000","mail":"a@b"}', '{"url":"http://h:8000","mail":"a@b"}'),
        ("such as postgresql://user:password@host", "such as postgresql://user:password@host"),
    ],
)
def test_a_password_in_any_address_is_masked(told: str, shown: str) -> None:
    """Nobody needs to have said that it is one."""
    assert shown == Mask()(told)


def test_what_is_learnt_later_is_masked_too() -> None:
    """A password that the kit makes up is known to every mask."""
    mask = Mask()
    word = learn("made-up-for-this-proof")

    assert mask(f"password {word}") == "password ***"


def test_texts_inside_of_values_are_masked() -> None:
    """Lists, tuples and objects keep their kind; what is no text is left alone."""
    value = {"a": [TOKEN, 1, None], "b": (f"x {TOKEN}", {"c": TOKEN})}

    assert Mask(TOKEN).within(value) == {"a": ["***", 1, None], "b": ("x ***", {"c": "***"})}


def known(environ: dict[str, str] | None = None, **options: object) -> set[str]:
    """The secrets of a run with these options."""
    return set(secrets_of(Options(**options), environ or {}))  # type: ignore[arg-type]


def test_a_header_is_a_secret_and_so_is_its_credential() -> None:
    """The word before a credential is none."""
    assert known(header=(("Authorization", f"Bearer {TOKEN}"),)) == {f"Bearer {TOKEN}", TOKEN}


def test_what_basic_encodes_is_a_secret() -> None:
    """The name with the password, and the password."""
    encoded = b64encode(b"me:open sesame").decode()

    found = known(header=(("Authorization", f"Basic {encoded}"),))

    assert found == {f"Basic {encoded}", encoded, "me:open sesame", "open sesame"}


def test_cookies_are_secrets_one_by_one() -> None:
    """They may be shown in another order, or alone."""
    assert {"a1b2c3", "d4e5f6"} <= known(header=(("Cookie", "sid=a1b2c3; csrf=d4e5f6"),))


def test_kinds_of_media_are_no_secrets() -> None:
    """A text without `application/json` would tell nothing any more."""
    assert known(header=(("Accept", "application/json"),)) == set()


def test_passwords_of_addresses_are_secrets() -> None:
    """As they are written and as they are meant; a name that is its own password is none."""
    given = {
        "CONTRACT_POSTGRES_URL": "postgresql://me:a%2Fb@h/db",
        "CONTRACT_MYSQL_URL": "mysql://root:root@h/",
    }

    found = known(given, database="postgresql://me:one@h/db?password=another")

    assert found == {"a%2Fb", "a/b", "one", "another"}


@pytest.mark.parametrize("address", ["http://localhost:8000", "mysql://me@h:3306/", "x:1@h"])
def test_an_address_without_a_password_has_no_secret(address: str) -> None:
    """A port is none, nor is a name."""
    assert known(app=address) == set()


def test_variables_that_are_named_like_secrets_are_secrets() -> None:
    """Not those that are filled by the kit, nor those of other names."""
    env = (
        ("API_KEY", "k1k2k3"),
        ("DB_PASSWORD", "{password}"),
        ("LOG", "debug"),
        ("BROKER", "amqp://me:b4b4@h"),
    )

    assert known(env=env, prepare="PGPASSWORD=p7p7 make x=1") == {"k1k2k3", "b4b4", "p7p7"}


def test_representations_show_names_only() -> None:
    """What a traceback shows of an object holds no value of a header, and no address."""
    headers = (("Authorization", f"Bearer {TOKEN}"),)
    request = Request("GET", "/", headers)
    exchange = Exchange(1, request, 200, (("set-cookie", TOKEN),))
    options = Options(
        header=headers, env=(("KEY", TOKEN),), database=f"x://u:{TOKEN}@h", prepare=TOKEN
    )

    shown = f"{request!r} {exchange!r} {options!r}"

    assert TOKEN not in shown
    assert "Authorization" in repr(request)
