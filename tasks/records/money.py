"""Money and counts as people read them."""

from decimal import Decimal


def usd(amount: Decimal) -> str:
    """Such as `$1,234.56`; to four places where cents would round away."""
    return f"${amount:,.4f}".removesuffix("00")


def counted(count: int, noun: str) -> str:
    """Such as `1 image`, `1,200 images`."""
    return f"{count:,} {noun}{'s' if count != 1 else ''}"


def priced(images: int, cost_usd: Decimal, made: int, to_pay_usd: Decimal, most_usd: Decimal) -> str:
    """What a plan costs: what is to be paid first, then all of it; only all of it where everything is to be paid.

    Such as `3 images, 1 made, $0.08 to pay, at most $0.16; $0.24 in all`.
    """
    said = counted(images, "image")
    if to_pay_usd == cost_usd:
        return f"{said}, {usd(cost_usd)}"
    made_so_far = f"{made:,} made" if made < images else "all made"
    paid = f"{usd(to_pay_usd)} to pay" if to_pay_usd else "nothing to pay"
    most = f", at most {usd(most_usd)}" if most_usd > to_pay_usd else ""
    return f"{said}, {made_so_far}, {paid}{most}; {usd(cost_usd)} in all"


def among_the_files(former: int) -> str:
    """That so many images are of rows that the matrix no longer has."""
    lie = "lies" if former == 1 else "lie"
    return f"{counted(former, 'image')} of rows that the matrix no longer has {lie} among the files"


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
