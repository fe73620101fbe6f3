"""The language of a link: who follows one sends what the browser prefers, not what was chosen.

So `?language=zh` goes before `Accept-Language`, in every address of the API.
"""

import re
from typing import Final

from starlette.types import Scope

API: Final = "/v1/"
NAMED: Final = re.compile(rb"(?:^|&)language=(vi|en|zh)(?=&|$)")
ACCEPTED: Final = b"accept-language"


def prefer_linked(scope: Scope) -> None:
    """Lay the language that the query names over the one that the header prefers.

    It is taken out of the query: no operation has a parameter for it. What is no language of ours
    stays there, to be refused as what is not known.
    """
    query: bytes = scope["query_string"]
    found = NAMED.search(query) if query and API in scope["path"] else None
    if found is None:
        return
    scope["query_string"] = (query[: found.start()] + query[found.end() :]).removeprefix(b"&")
    others = [one for one in scope["headers"] if one[0] != ACCEPTED]
    scope["headers"] = [*others, (ACCEPTED, found[1])]
