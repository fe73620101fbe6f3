"""Write the generated pages: `python -m docs`; with `--check`, fail where one is old."""

import sys
from pathlib import Path

from docs.access_page import access_page
from docs.events_page import events_page
from docs.privacy_page import privacy_page
from docs.queue_chart import queue_chart
from docs.queue_page import queue_page
from docs.rules_page import rules_page

HERE = Path(__file__).parent
PAGES = {
    "access.md": access_page,
    "rules.md": rules_page,
    "events.md": events_page,
    "privacy.md": privacy_page,
    "queue.md": queue_page,
    "queue.svg": queue_chart,
}


def main(arguments: list[str]) -> int:
    """Write every page, or return 1 and name those that are old."""
    check = "--check" in arguments
    old = [name for name, page in PAGES.items() if not _is_fresh(HERE / name, page())]
    for name in old:
        if check:
            sys.stderr.write(f"docs/{name} is not what the code says\n")
        else:
            (HERE / name).write_text(PAGES[name](), "utf-8")
    return 1 if check and old else 0


def _is_fresh(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
