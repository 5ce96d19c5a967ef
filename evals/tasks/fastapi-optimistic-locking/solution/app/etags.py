"""Entity tags, as RFC 9110 compares them."""

import re

_TAG = re.compile(r'(W/)?"([^"]*)"')


def etag(version: str) -> str:
    """Spell a version as a strong tag."""
    return f'"{version}"'


def fits_strongly(header: str, current: str) -> bool:
    """Whether If-Match allows it: a weak tag never fits."""
    tags = [found.group(0) for found in _TAG.finditer(header)]
    return header.strip() == "*" or current in tags


def fits_weakly(header: str, current: str) -> bool:
    """Whether If-None-Match says that it is known: weak or strong makes no difference."""
    tags = [f'"{found.group(2)}"' for found in _TAG.finditer(header)]
    return header.strip() == "*" or current in tags
