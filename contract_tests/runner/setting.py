"""One option as the command line, the ini file, the environment and the documents know it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, TypeVar

from .option_values import read_flag

T = TypeVar("T")


@dataclass(frozen=True)
class Setting:
    """One option: how its values are read, and its words.

    `default` says what holds without a value, `field` is the field of the options it is kept in.
    The values of one that `is_secret` are never printed.
    """

    kind: Literal["text", "list", "flag"]
    metavar: str
    help: str
    read: Callable[[Any, str], Any]
    default: str = ""
    field: str = ""
    is_secret: bool = False

    @property
    def name(self) -> str:
        """Its name as it is typed."""
        return self.field.replace("_", "-")

    @property
    def flag(self) -> str:
        """Its name on the command line."""
        return f"--contract-{self.name}"

    @property
    def key(self) -> str:
        """Its name in the ini file."""
        return f"contract_{self.field}"

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return self.key.upper()


def text_option(
    metavar: str,
    help: str,  # noqa: A002 - as argparse names it
    read: Callable[[str, str], T],
    default: T,
    *,
    otherwise: str = "",
    is_secret: bool = False,
) -> T:
    """Declare an option with one value. `otherwise` says in words what the default means."""
    shown = otherwise or (str(default).removesuffix(".0") if default else "")
    setting = Setting("text", metavar, help, read, shown, is_secret=is_secret)
    return field(default=default, repr=not is_secret, metadata={Setting: setting})


def list_option(
    metavar: str,
    help: str,  # noqa: A002 - as argparse names it
    read: Callable[[list[str], str], T],
    *,
    otherwise: str = "",
    is_secret: bool = False,
) -> T:
    """Declare an option that may be given more than once; its default is read from no value."""
    setting = Setting("list", metavar, help, read, otherwise, is_secret=is_secret)
    made: T = field(
        default_factory=lambda: read([], "the default"),
        repr=not is_secret,
        metadata={Setting: setting},
    )
    return made


def flag_option(help: str) -> bool:  # noqa: A002 - the same
    """Declare an option that is on or off, and off by default."""
    return field(default=False, metadata={Setting: Setting("flag", "", help, read_flag)})


def settings_of(options: type) -> tuple[Setting, ...]:
    """Return the settings that the fields of a class hold, in their order."""
    return tuple(
        replace(each.metadata[Setting], field=each.name)
        for each in fields(options)
        if Setting in each.metadata
    )
