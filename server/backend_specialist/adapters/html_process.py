"""The process that converts one web page: the page on standard input, the form wanted as its argument.

Owns what the result looks like: ``text``, or ``failed`` with the reason for people. It runs apart from the server: the
library takes time that grows with the square of some pages.
"""

from __future__ import annotations

import sys

from backend_specialist.adapters import html
from backend_specialist.adapters.apart import given, say
from backend_specialist.domain.ports import FetchFailed


def main() -> None:
    """Convert what comes in."""
    convert = html.to_text if sys.argv[1:] == ["text"] else html.to_markdown
    try:
        say({"text": convert(given())})
    except FetchFailed as error:
        say({"failed": str(error)})


if __name__ == "__main__":
    main()
