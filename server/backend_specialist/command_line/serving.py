"""``backend-specialist serve``.

Owns the choice of the transport. The server itself is :mod:`backend_specialist.serving`'s.
"""

from __future__ import annotations

import argparse
import ipaddress
import sys

from backend_specialist import serving
from backend_specialist.adapters.state_files import StateFailed
from backend_specialist.command_line import USAGE
from backend_specialist.command_line.output import complain


def serve(args: argparse.Namespace) -> int:
    """Run the language server until its editor ends it."""
    if not args.tcp and None in (sys.__stdin__, sys.__stdout__):
        complain(
            "Standard input or output is closed, and the server speaks with the editor on them. "
            "Let an editor start it, or pass --tcp PORT."
        )
        return USAGE
    if args.tcp and not is_loopback(args.tcp[0]):
        complain(
            f"Warning: everyone who can reach {args.tcp[0]} can use this server as you, without a password. "
            "Name 127.0.0.1 to listen on this machine only."
        )
    try:
        return serving.serve(args.tcp)
    except (StateFailed, serving.CannotListen) as error:
        complain(str(error))
        return USAGE


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that host; other names than ``localhost`` are not looked up."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
