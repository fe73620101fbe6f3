"""What pages say, in Vietnamese, English and Chinese: a file a page in `words/`.

A page's sentence is named by its file and its key: `board.title`. Sentences of the API, which a
page may need too, are found by their own keys in the catalogue.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from app.api.texts import CATALOGUE, Catalogue
from app.domain.vocabulary import Text

FOLDER: Final = Path(__file__).with_name("words")


def load() -> Catalogue:
    """Return the sentences of all pages, over those of the API."""
    keys = CATALOGUE.keys()
    return Catalogue({**{key: CATALOGUE.text(key) for key in keys}, **own()})


def own() -> Mapping[str, Text]:
    """Return the sentences of the pages alone."""
    return {
        f"{path.stem}.{key}": text
        for path in sorted(FOLDER.glob("*.json"))
        for key, text in json.loads(path.read_text("utf-8")).items()
    }


WORDS: Final = load()
HAPPENED: Final = frozenset(key.removeprefix("event.") for key in own() if key.startswith("event."))
"""The kinds of events that have a name in `event.json`; others are told by their code."""
