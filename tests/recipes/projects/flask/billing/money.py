"""Money in cents. Used by the monthly run to split an invoice between cost centres."""


def share(total_cents: int, weights: list[int]) -> list[int]:
    """Split an amount in proportion to the weights; nothing is lost and nothing is added."""
    if not weights or sum(weights) <= 0:
        raise ValueError("There must be at least one weight above zero.")
    if any(weight < 0 for weight in weights):
        raise ValueError("A weight cannot be negative.")
    whole = sum(weights)
    shares = [total_cents * weight // whole for weight in weights]
    for place in range(total_cents - sum(shares)):
        shares[place] += 1
    return shares
