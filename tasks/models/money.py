"""Money as people read it."""

from decimal import Decimal


def usd(amount: Decimal) -> str:
    """Such as `$1,234.56`; to four places where cents would round away."""
    places = 2 if amount == amount.quantize(Decimal("0.01")) else 4
    return f"${amount:,.{places}f}"
