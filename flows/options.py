"""The options of the command: from its arguments to a `Campaign`."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from cyclopts import App, CycloptsError, Parameter
from pydantic import ValidationError

from tasks.errors import InputInvalid
from tasks.models.campaign import DEFAULT_OUTPUT, Campaign, Retry
from tasks.models.event import EventName
from tasks.models.fault import Fault
from tasks.models.variant import Variant
from tasks.models.vocabulary import Model

app = App(
    name="campaign",
    help="Turn a campaign matrix (CSV or Parquet) into finished images through the Ideogram API.",
    help_epilogue="The key is read from IDEOGRAM_API_KEY. Exit codes: 0 every image done, 1 some not, 2 bad input, "
    "3 stopped early, 130 interrupted.",
    version_flags=[],
    result_action="return_value",
)


@app.default
def parse(  # noqa: PLR0913  the options of the command line
    matrix: str,
    *,
    formats: str | None = None,
    name: str | None = None,
    output: str = DEFAULT_OUTPUT,
    model: Model = "V_2",
    max_in_flight: int = 10,
    budget_usd: float | None = None,
    retry: Annotated[tuple[Retry, ...], Parameter(negative=(), show_default=False)] = (),
    callback_url: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = (),
    callback_events: Annotated[tuple[EventName, ...], Parameter(negative=(), show_default=False)] = (),
    variant: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = (),
    encoding: str | None = None,
    shards: int = 1,
    same_campaign: Annotated[bool, Parameter(negative=())] = False,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    sandbox: Annotated[bool, Parameter(negative=())] = False,
) -> Campaign:
    """Turn a campaign matrix (CSV or Parquet) into finished images through the Ideogram API.

    Parameters
    ----------
    matrix
        Path or URL of the matrix: a .csv or .parquet, one product or prompt a row.
    formats
        Path or URL of the formats table (format, aspect_ratio, style_type, ...); every row is made in each.
    name
        The campaign's name; without one, the matrix's file name.
    output
        Folder or URL that holds campaigns, such as s3://bucket/campaigns.
    model
        The model of rows that name none.
    max_in_flight
        How many images the account may have in flight.
    budget_usd
        Never spend more on this campaign, in all its runs together.
    retry
        Try cells again that ended so before; may be given several times. What is stored or linked is used first, and
        what that comes to is told before anything is paid; `unknown` ones may be paid a second time.
    callback_url
        Who is told of each image of rows that name no URL of their own, and of the campaign's end; may be given several
        times.
    callback_events
        What they are told of; may be given several times. Without it: all four.
    variant
        A cut to make of every image, NAME=WIDTHxHEIGHT[,cover|contain][,webp|jpeg|png|avif][,QUALITY]; may be given
        several times. Without it: og=1200x630, thumb=400x400, social=1080x1080.
    encoding
        The text encoding of tables that are not UTF-8, such as cp1252; each that is UTF-8 is read as such.
    shards
        In how many runs the workers of a Prefect server's work pool share the campaign.
    same_campaign
        The folder's campaign is this one, though its name or its matrix was another: go on with what is there.
    dry_run
        Plan only: check, count, price; pay nothing. With --retry, also what that would cost.
    sandbox
        Use the built-in stand-in for the API: no key is needed, nothing is charged.

    """
    chosen: dict[str, Any] = {"variants": tuple(Variant.parse(text) for text in variant)} if variant else {}
    chosen |= {"callback_events": callback_events} if callback_events else {}
    return Campaign(
        matrix=matrix,
        formats=formats,
        name=name,
        output=output,
        model=model,
        max_in_flight=max_in_flight,
        budget_usd=None if budget_usd is None else Decimal(str(budget_usd)),
        retry=retry,
        callback_url=" ".join(callback_url) if callback_url else None,
        encoding=encoding,
        shards=shards,
        same_campaign=same_campaign,
        dry_run=dry_run,
        sandbox=sandbox,
        **chosen,
    )


def campaign_of(arguments: list[str]) -> Campaign | None:
    """The campaign that `arguments` ask for; None where they asked for help, and got it. Raises InputInvalid."""
    try:
        asked = app(arguments, exit_on_error=False, print_error=False)
    except ValidationError as error:
        raise InputInvalid([option_fault(one) for one in error.errors()]) from error
    except (CycloptsError, ValueError) as error:
        raise InputInvalid([Fault(source="campaign", problem=str(error))]) from error
    return asked if isinstance(asked, Campaign) else None


def option_fault(error: Mapping[str, Any]) -> Fault:
    """What is wrong with an option, in the words of the command line."""
    option = str(error["loc"][0]).replace("_", "-").replace("variants", "variant")
    problem = error["msg"].removeprefix("Value error, ").replace("Input should be", "is not accepted; it must be")
    value = error["input"]
    return Fault(
        source=f"--{option}",
        value=str(value) if isinstance(value, str | int | float | Decimal) else None,
        problem=problem,
    )
