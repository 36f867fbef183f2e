"""Stand in for a library's functions, also where the library is imported later."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from .instrument import Instrument

Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]


class Interception(Instrument):
    """Replaces functions by what `wrap` makes of them, inside the block.

    `targets` names the functions of each module, those of a class as `Class.function`. A module
    that is imported inside the block is treated right after its import. Names that a module does
    not have are passed over: libraries differ from version to version.

        with Interception({"asyncpg.connect_utils": ("_connect",)}, wrap):
            await asyncpg.connect(...)
    """

    def __init__(self, targets: Mapping[str, Sequence[str]], wrap: Wrap) -> None:
        self._targets = targets
        self._wrap = wrap

    def _begin(self, undo: ExitStack) -> None:
        # Before `Imports`, so undone after it: nothing is replaced once the originals are back.
        self._replaced = undo.enter_context(ExitStack())
        for name in self._targets:
            if name in sys.modules:
                self.replace_in(sys.modules[name])
        undo.enter_context(Imports(self._targets, self.replace_in))

    def replace_in(self, module: ModuleType) -> None:
        """Replace the functions of one module."""
        for path in self._targets[module.__name__]:
            holder_name, _, name = path.rpartition(".")
            holder: Any = getattr(module, holder_name, None) if holder_name else module
            if holder is not None and name in vars(holder):
                self._replace(holder, name)

    def _replace(self, holder: Any, name: str) -> None:
        # `getattr` would bind a class method, and that would be put back.
        original = vars(holder)[name]
        if isinstance(original, classmethod):
            replaced: Any = classmethod(self._wrap(original.__func__))
        else:
            replaced = self._wrap(original)
        setattr(holder, name, replaced)
        self._replaced.callback(setattr, holder, name, original)


class Imports(Instrument):
    """Calls `after` with each of some modules once it has been imported, inside the block."""

    def __init__(self, names: Iterable[str], after: Callable[[ModuleType], None]) -> None:
        self._finder = _Finder(frozenset(names), after)

    def _begin(self, undo: ExitStack) -> None:
        sys.meta_path.insert(0, self._finder)
        undo.callback(sys.meta_path.remove, self._finder)


class _Finder(MetaPathFinder):
    """Finds modules as they are found anyway, and calls `after` once they are executed."""

    def __init__(self, names: frozenset[str], after: Callable[[ModuleType], None]) -> None:
        self._names = names
        self._after = after
        self._searching: set[str] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._names or fullname in self._searching:
            return None
        self._searching.add(fullname)  # the search below comes here again
        try:
            spec = find_spec(fullname)
        finally:
            self._searching.discard(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Executor(spec.loader, self._after)
        return spec


class _Executor(Loader):
    """Executes a module by its own loader, then calls `after`."""

    def __init__(self, loader: Loader, after: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._after = after

    def __getattr__(self, name: str) -> Any:  # such as `get_data`, which libraries ask for
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._after(module)
