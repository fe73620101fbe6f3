"""Merge patches (RFC 7396): what makes one document of another, and what that changed."""

from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]


def patch_of(old: Document, new: Document) -> dict[str, Any]:
    """Return the merge patch that makes `new` of `old`; lists are replaced whole."""
    patch: dict[str, Any] = {name: None for name in old if name not in new}
    for name, value in new.items():
        before = old.get(name)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            if inner := patch_of(before, value):
                patch[name] = inner
        elif name not in old or before != value:
            patch[name] = value
    return patch


def patched(old: Document, patch: Document) -> dict[str, Any]:
    """Return what a merge patch makes of a document."""
    made = dict(old)
    for name, value in patch.items():
        if value is None:
            made.pop(name, None)
        elif isinstance(value, Mapping):
            before = made.get(name)
            made[name] = patched(before if isinstance(before, Mapping) else {}, value)
        else:
            made[name] = value
    return made


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield the pointer of each field that differs, with what stood there and what stands now."""
    for pointer in sorted({*old, *new}):
        before, after = old.get(pointer, ""), new.get(pointer, "")
        if before != after:
            yield pointer, before, after
