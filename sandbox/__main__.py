"""`python -m sandbox`: the stand-in for the Ideogram API on this machine."""

if __name__ == "__main__":
    from flows.commands.needs import explain_imports

    explain_imports()

import sys
from pathlib import Path
from typing import Annotated, Final

from cyclopts import App, Parameter

from sandbox.app import create_app
from sandbox.listening import HOST, listen, serve
from sandbox.options import SandboxOptions

_USAGE_ERROR: Final = 2

app = App(
    name="python -m sandbox", help="A stand-in for the Ideogram API.", version_flags=[], result_action="return_value"
)


@app.default
def main(  # noqa: PLR0913  one a setting
    *,
    port: Annotated[int, Parameter(help="Port to listen at; 0 takes any free one.")] = 8090,
    places: Annotated[int, Parameter(help="Images that may be in flight at once.")] = 10,
    latency_scale: Annotated[float, Parameter(help="Factor on every waiting time; 0 answers at once.")] = 1.0,
    latency: Annotated[
        str | None, Parameter(help="MIN:MAX seconds for every model, instead of the model's own range.")
    ] = None,
    link_life_s: Annotated[float, Parameter(help="Seconds until a picture's link expires.")] = 3600.0,
    credits_usd: Annotated[float | None, Parameter(help="Prepaid balance; without it, it never runs out.")] = None,
    api_key: Annotated[str | None, Parameter(help="The only key accepted; without it, any key is.")] = None,
    polls_in_10_s: Annotated[int, Parameter(help="Looks at generations that pass in ten seconds.")] = 1000,
    admin: Annotated[bool, Parameter(help="The key is an admin's; one that is not cannot read the usage.")] = True,
    books: Annotated[
        str | None, Parameter(help="A folder, to know what it has accepted when it is started again.")
    ] = None,
    plain_pictures: Annotated[bool, Parameter(negative="", help="Plain pictures, for benchmarks.")] = False,
    pictures: Annotated[Path | None, Parameter(help="Hand out the PNGs of this folder instead of drawing.")] = None,
    exit_with_stdin: Annotated[bool, Parameter(negative="", help="End when standard input ends.")] = False,
) -> int:
    """Serve a stand-in for the Ideogram API at 127.0.0.1 until Ctrl-C; what it has counted is at /stats."""
    try:
        options = SandboxOptions(
            places=places,
            latency_scale=latency_scale,
            latency_range_s=None if latency is None else _range_s(latency),
            link_life_s=link_life_s,
            credits_usd=credits_usd,
            api_key=api_key,
            polls_in_10_s=polls_in_10_s,
            is_admin=admin,
            books=books,
            plain_pictures=plain_pictures,
            pictures=pictures,
        )
        sandbox = create_app(options)
        listener = listen(port)
    except ValueError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"port {port} at {HOST} cannot be used: {error.strerror}; choose another with --port")
    serve(listener, sandbox, places=options.places, ends_with_stdin=exit_with_stdin)
    return 0


def _range_s(text: str) -> tuple[float, float]:
    shortest_s, _, longest_s = text.partition(":")
    try:
        return float(shortest_s), float(longest_s)
    except ValueError:
        raise ValueError(f"--latency must be MIN:MAX in seconds, such as 0.1:0.3, not {text!r}") from None


def _fail(sentence: str) -> int:
    print(f"sandbox: {sentence}", file=sys.stderr)  # noqa: T201 - the one sentence for the terminal
    return _USAGE_ERROR


if __name__ == "__main__":
    sys.exit(app())
