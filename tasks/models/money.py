"""Money as people read it."""

from decimal import Decimal


def usd(amount: Decimal) -> str:
    """Such as `$1,234.56`; to four places where cents would round away."""
    return f"${amount:,.4f}".removesuffix("00")
