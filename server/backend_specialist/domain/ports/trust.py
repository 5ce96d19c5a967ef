"""Trust in what a workspace brings along."""

from __future__ import annotations


class TrustRefused(Exception):
    """A root that was not trusted; the message says why, and what to do."""
