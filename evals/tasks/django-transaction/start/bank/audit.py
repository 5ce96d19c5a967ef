"""The audit log; without its line there is no transfer."""


def record(transfer_id: int, source: str, target: str, amount: int) -> None:
    """Write a line; raises ``OSError`` when the log cannot be written."""
