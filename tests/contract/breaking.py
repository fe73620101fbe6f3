"""What would break a client that was written for an older document.

Requests may come to take more, answers to tell more; the other way round somebody's code fails.
What was marked `deprecated` may go.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

Json = Mapping[str, Any]

METHODS: Final = ("get", "put", "post", "delete", "patch")
AT_MOST: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
AT_LEAST: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems")
NOTHING: Final[Json] = {}


def breaks(before: Json, after: Json) -> list[str]:
    """Return what a client of the document `before` can no longer rely on in `after`."""
    return [*Comparison(before, after).breaks()]


class Comparison:
    """Two documents; a schema that leads to itself is looked at once."""

    def __init__(self, before: Json, after: Json) -> None:
        self.before = before
        self.after = after
        self.seen: set[tuple[bool, str, str]] = set()

    def breaks(self) -> Iterator[str]:
        for path, methods in self.before["paths"].items():
            for method in METHODS:
                old = methods.get(method)
                if old is None or old.get("deprecated"):
                    continue
                at = f"{method.upper()} {path}"
                new = self.after["paths"].get(path, NOTHING).get(method)
                if new is None:
                    yield f"{at} is gone"
                else:
                    yield from self._of_operation(old, new, at)

    def _of_operation(self, old: Json, new: Json, at: str) -> Iterator[str]:
        if old["operationId"] != new["operationId"]:
            yield f"{at} has another operation id: clients call it by that"
        yield from self._of_parameters(_parameters(old), _parameters(new), at)
        yield from self._of_body(old.get("requestBody"), new.get("requestBody"), at)
        for status, answer in old["responses"].items():
            if not status.startswith("2"):
                continue
            if status not in new["responses"]:
                yield f"{at} answers {status} no more"
                continue
            for kind, shown in answer.get("content", NOTHING).items():
                now = new["responses"][status].get("content", NOTHING).get(kind)
                if now is None:
                    yield f"{at} answers no more as {kind}"
                else:
                    yield from self._of_answer(shown["schema"], now["schema"], f"{at} answer")

    def _of_parameters(
        self, old: Mapping[str, Json], new: Mapping[str, Json], at: str
    ) -> Iterator[str]:
        for name, one in old.items():
            if name not in new:
                yield f"{at} takes {name} no more"
            else:
                yield from self._of_request(one["schema"], new[name]["schema"], f"{at} {name}")
        for name, one in new.items():
            if one.get("required") and not old.get(name, NOTHING).get("required"):
                yield f"{at} needs {name}"

    def _of_body(self, old: Json | None, new: Json | None, at: str) -> Iterator[str]:
        if new is not None and new.get("required") and not (old or NOTHING).get("required"):
            yield f"{at} needs a body"
        for kind, taken in (old or NOTHING).get("content", NOTHING).items():
            now = (new or NOTHING).get("content", NOTHING).get(kind)
            if now is None:
                yield f"{at} takes no {kind} any more"
            else:
                yield from self._of_request(taken["schema"], now["schema"], f"{at} body")

    def _of_request(self, old: Json, new: Json, at: str) -> Iterator[str]:
        """Everything that was taken must be taken still."""
        if self._was_seen(old, new, is_answer=False):
            return
        olds, news = _by_type(self.before, old), _by_type(self.after, new)
        yield from (f"{at} takes no {kind}" for kind in olds.keys() - news.keys())
        for kind in sorted(olds.keys() & news.keys()):
            for was, now in zip(olds[kind], news[kind], strict=False):
                yield from _narrowed(was, now, at)
                needed = {*now.get("required", ())} - {*was.get("required", ())}
                yield from (f"{at}/{name} is needed" for name in sorted(needed))
                for name, now_of, was_of in _fields(was, now):
                    if now_of is None:
                        yield f"{at}/{name} is refused"
                    else:
                        yield from self._of_request(was_of, now_of, f"{at}/{name}")

    def _of_answer(self, old: Json, new: Json, at: str) -> Iterator[str]:
        """Nothing may come that could not come, and what always came comes always."""
        if self._was_seen(old, new, is_answer=True):
            return
        olds, news = _by_type(self.before, old), _by_type(self.after, new)
        yield from (f"{at} may be {kind}" for kind in sorted(news.keys() - olds.keys()))
        for kind in sorted(olds.keys() & news.keys()):
            for was, now in zip(olds[kind], news[kind], strict=False):
                for name, now_of, was_of in _fields(was, now):
                    if now_of is None:
                        yield f"{at}/{name} is gone"
                        continue
                    if {name} & {*was.get("required", ())} - {*now.get("required", ())}:
                        yield f"{at}/{name} may be missing"
                    yield from self._of_answer(was_of, now_of, f"{at}/{name}")

    def _was_seen(self, old: Json, new: Json, *, is_answer: bool) -> bool:
        names = (is_answer, old.get("$ref", ""), new.get("$ref", ""))
        if not names[1] or names not in self.seen:
            self.seen.add(names)
            return False
        return True


def _parameters(operation: Json) -> dict[str, Json]:
    return {f"{one['in']}:{one['name']}": one for one in operation.get("parameters", ())}


def _by_type(document: Json, schema: Json) -> Mapping[str, list[Json]]:
    """Return the shapes that a value may have, unions taken apart, by their JSON type."""
    found: dict[str, list[Json]] = defaultdict(list)
    waiting = [schema]
    while waiting:
        one = waiting.pop(0)
        if "$ref" in one:
            one = document["components"]["schemas"][one["$ref"].rpartition("/")[2]]
        union = [*one.get("anyOf", ()), *one.get("oneOf", ())]
        waiting += union
        if not union:
            found[str(one.get("type", "anything"))].append(one)
    return found


def _fields(was: Json, now: Json) -> Iterator[tuple[str, Json | None, Json]]:
    """Yield each field that was there, with its schema now and then; `*` are a list's items."""
    for name, schema in was.get("properties", NOTHING).items():
        yield name, now.get("properties", NOTHING).get(name), schema
    for word in ("items", "additionalProperties"):
        if isinstance(was.get(word), Mapping) and isinstance(now.get(word), Mapping):
            yield "*", now[word], was[word]


def _narrowed(was: Json, now: Json, at: str) -> Iterator[str]:
    """Yield the rules of a value that refuse more than they did."""
    for word in AT_MOST:
        if now.get(word, was.get(word)) != was.get(word) and now[word] < was.get(
            word, now[word] + 1
        ):
            yield f"{at}: {word} is {now[word]}"
    for word in AT_LEAST:
        if now.get(word, was.get(word)) != was.get(word) and now[word] > was.get(
            word, now[word] - 1
        ):
            yield f"{at}: {word} is {now[word]}"
    if "pattern" in now and now["pattern"] != was.get("pattern"):
        yield f"{at} has another pattern"
    if "enum" in now:
        gone = {*was.get("enum", ())} - {*now["enum"]}
        yield from (f"{at} takes no {value}" for value in sorted(gone))
        if "enum" not in was:
            yield f"{at} takes some values only"
