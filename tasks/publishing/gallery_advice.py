"""What to do about cells that ended in another way than well."""

from typing import Final

from tasks.records.outcome import Status

ADVICE: Final[dict[Status, str]] = {
    "blocked": (
        "A safety check refused the prompt or the image. Reword the prompt in the matrix, or choose Other words "
        "here and have that taken in; then run the campaign again. To try the same words once more, run it with "
        "`--retry blocked`. Reject says that the campaign does without it."
    ),
    "failed": (
        "Mend what the reason names and run the campaign again; to try these cells once more as they are, run it with "
        "`--retry failed`. What is stored of them is read and what their links still give is fetched first, for "
        "nothing; only where neither is an image is another paid. With `--dry-run` it says what that would cost."
    ),
    "unknown": (
        "The request was sent, and no answer says what became of it. It may have been paid, so it is not sent again "
        "by itself. Where your key may read the account's bill, `python flows/reconcile.py` tells which were never "
        "billed. Run the campaign with `--retry unknown`, which may pay the others a second time."
    ),
}
"""What to do about cells that ended so; words between backticks are typed."""
