"""The queue, a service elsewhere."""


def ping() -> None:
    """Ask whether it is there; raises whatever the network raises, and may take for ever."""
