"""Opening what walks name: a page by its address, an answer by the form that it is given to."""

from collections.abc import Mapping
from typing import Final

from playwright.async_api import Response

from tests.browser.answers import Fields, Sent
from tests.browser.tabs import Tab
from tests.browser.walks import Seen

FIELDS: Final = "form => Object.fromEntries(new FormData(document.querySelector(form)))"


class Opener:
    """Opens pages and sends forms.

    A form is read from its page once and sent the same in every language: by its retry key it is
    answered alike and does nothing more.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        """Know what stands in addresses and fields by `names`."""
        self._names = names
        self._read: dict[str, Fields] = {}

    async def open(self, one: Tab, seen: Seen | Sent) -> Response | None:
        """Open what somebody looks at, and return its answer."""
        path = seen.path.format_map(self._names)
        if isinstance(seen, Seen):
            return await one.page.goto(one.url + path)
        key = repr(seen)
        if key not in self._read:
            self._read[key] = {**await self._stands(one, seen), **self._typed(seen)}
        return await one.send(path, self._read[key])

    async def _stands(self, one: Tab, sent: Sent) -> Fields:
        if not sent.form:
            return {}
        await one.go((sent.on or sent.path).format_map(self._names))
        fields: Fields = await one.page.evaluate(FIELDS, sent.form)
        return fields

    def _typed(self, sent: Sent) -> Fields:
        return {
            name: text.format_map(self._names) if isinstance(text, str) else text
            for name, text in sent.typed.items()
        }
