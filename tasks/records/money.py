"""Money and counts as people read them."""

from decimal import Decimal


def usd(amount: Decimal) -> str:
    """Such as `$1,234.56`; to four places where cents would round away."""
    return f"${amount:,.4f}".removesuffix("00")


def counted(count: int, noun: str) -> str:
    """Such as `1 image`, `1,200 images`."""
    return f"{count:,} {noun}{'s' if count != 1 else ''}"


def budget_reached(
    limit_usd: Decimal, spent_usd: Decimal, price_usd: Decimal, *, is_shared: bool, doubted_usd: Decimal
) -> str:
    """Why nothing more is asked for, and what to do; `is_shared`: other runs spend too."""
    spent = "spent or promised by other runs" if is_shared else "spent"
    if doubted_usd:
        spent += f", {usd(doubted_usd)} of it perhaps: for requests that the API answered by 503"
    return (
        f"The budget of {usd(limit_usd)} is reached: {usd(spent_usd)} {spent}, and the next image costs "
        f"{usd(price_usd)}. Run again with a higher --budget-usd to go on."
    )
