"""Mail to customers. What was sent cannot be taken back."""


def notify(source: str, target: str, amount: int) -> None:
    """Tell both sides; raises ``OSError`` when the mail server is away."""
