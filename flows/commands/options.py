"""The options of a command are the fields of a record: names, types, limits, defaults and descriptions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from inspect import Parameter as Argument
from inspect import Signature
from typing import Annotated, Any, Final, Generic, Literal, NamedTuple, TypeVar, get_args, get_origin

from cyclopts import App, CoercionError, CycloptsError, Group, MissingArgumentError, Parameter, UnusedCliTokensError
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from flows.parameters import problem_of
from tasks.errors import InputInvalid
from tasks.records.fault import Fault
from tasks.records.record import Order, explained
from tasks.records.variant import Variant

Asked = TypeVar("Asked", bound=Order)
VALUES: Final = {int: "NUMBER", Decimal: "USD", datetime: "DATE", Variant: "VARIANT"}
"""What `--help` writes behind an option, by the type of its values."""


class Written(NamedTuple):
    """How a field is written in a terminal, where that is not as its record says."""

    option: str = ""
    note: str = ""
    """What `--help` adds to its description."""
    is_repeated: bool = False
    """It holds one text in the record, and may be given several times here."""
    takes_all: bool = False
    """It takes all values up to the next option."""
    metavar: str | None = None
    """What `--help` writes behind it, where its record understands more words than it lists."""
    is_for_forms: bool = False
    """It is no option: other ones say the same."""


@dataclass(frozen=True)
class Command(Generic[Asked]):
    """How a person writes an `Asked` in a terminal."""

    typed: str
    """What starts it, such as `python flows/campaign.py`."""
    asked: type[Asked]
    says: str
    """What it does, for `--help`."""
    epilogue: str
    example: str = ""
    """What may be typed behind it, for those who have left out what is needed."""
    untouched: str = "nothing was sent, nothing was paid"
    """Of a command that was written wrong."""
    first: str = ""
    """The field whose value needs no name before it."""
    rest: str = ""
    """The field whose values stand behind that, as many as there are."""
    fields: Mapping[str, Written] = field(default_factory=dict)
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Titles under which `--help` shows fields, in this order; those of none stand apart."""

    def read(self, arguments: Sequence[str]) -> Asked | None:
        """What `arguments` ask for; None where they asked for help, and got it. Raises InputInvalid."""
        app = self.app()
        try:
            given = app(arguments, exit_on_error=False, print_error=False)
            return None if given is None else self.asked(**given)
        except ValidationError as error:
            faults = [self.fault_of(one) for one in error.errors() if one["type"] != "too_short"]  # by those left out
            raise InputInvalid(faults) from error
        except CycloptsError as error:
            raise InputInvalid([self.fault_of_words(error)]) from error

    def app(self) -> App:
        """The parser: it tells words and options apart, and leaves what they mean to the record."""
        fields = sorted(
            self.options.items(), key=lambda one: (one[0] not in {self.first, self.rest}, self.place_of(one[0]))
        )
        signature = Signature([self.argument_of(name, shape) for name, shape in fields])

        def given(*values: Any, **options: Any) -> dict[str, Any]:  # noqa: ANN401  texts, or whether there is a flag
            return dict(signature.bind(*values, **options).arguments)

        given.__signature__ = signature  # type: ignore[attr-defined]
        app = App(
            name=self.typed,
            help=self.says,
            help_epilogue=self.epilogue,
            version_flags=[],
            result_action="return_value",
        )
        app.default(given)
        return app

    def argument_of(self, name: str, shape: FieldInfo) -> Argument:
        """A field as the parser sees it: a flag, a text, or several of them."""
        own, (place, _, title) = self.own(name), self.place_of(name)
        is_several = own.is_repeated or get_origin(shape.annotation) is tuple
        kind: Any = bool if shape.annotation is bool else tuple[str, ...] if is_several else str
        is_shown = isinstance(shape.default, str | int) and shape.default != "" and shape.annotation is not bool
        is_listed = own.takes_all or name == self.rest
        several = "May be given several times." if is_several and not is_listed else ""
        grouped: dict[str, Any] = {"group": Group(title, sort_key=place)} if title else {}
        written = Parameter(
            name=self.option_of(name),
            help=" ".join(filter(None, (explained(shape), own.note, several))),
            negative=(),
            choices=None if own.metavar else next(filter(is_literal, parts_of(shape.annotation)), None),
            metavar=own.metavar or next((VALUES[part] for part in parts_of(shape.annotation) if part in VALUES), None),
            consume_multiple=own.takes_all,
            **grouped,
        )
        return Argument(
            name,
            Argument.POSITIONAL_OR_KEYWORD if name in {self.first, self.rest} else Argument.KEYWORD_ONLY,
            default=Argument.empty if shape.is_required() else str(shape.default) if is_shown else None,
            annotation=Annotated[kind if shape.is_required() else kind | None, written],
        )

    @property
    def options(self) -> dict[str, FieldInfo]:
        """The fields that a person may give here."""
        fields = self.asked.model_fields
        return {name: shape for name, shape in fields.items() if not self.own(name).is_for_forms}

    def place_of(self, name: str) -> tuple[int, int, str]:
        """Where `--help` shows a field: which title, the how manieth below it, and the title."""
        places = (
            (place, names.index(name), title)
            for place, (title, names) in enumerate(self.groups.items())
            if name in names
        )
        return next(places, (len(self.groups), 0, ""))

    def own(self, name: str) -> Written:
        """What is special about a field here."""
        return self.fields.get(name, Written())

    def option_of(self, name: str) -> str:
        """Such as `--max-in-flight`."""
        return f"--{(self.own(name).option or name).replace('_', '-')}"

    def shown(self, name: str) -> str:
        """A field as `--help` calls it."""
        return name.upper().replace("_", "-") if name in {self.first, self.rest} else self.option_of(name)

    def fault_of(self, error: Mapping[str, Any]) -> Fault:
        """What is wrong with an option's value, in the words of the command line."""
        name, value = str(error["loc"][0]), error["input"]
        if self.own(name).is_repeated and not isinstance(value, str):
            value = " ".join(value)
        return Fault(
            source=self.shown(name),
            value=value if isinstance(value, str) else None,
            problem=problem_of(error),
        )

    def fault_of_words(self, error: CycloptsError) -> Fault:
        """What is wrong with the words themselves."""
        argument = error.argument
        if argument is not None:
            source, choices = self.shown(argument.field_info.name), argument.get_choices()
            if isinstance(error, MissingArgumentError) and error.keyword is not None:
                return Fault(source=source, problem="needs a value behind it")
            if isinstance(error, MissingArgumentError):
                return Fault(source=source, problem=f"is missing; type for example: {self.typed} {self.example}")
            if isinstance(error, CoercionError) and error.token is not None:
                accepted = f"use one of {', '.join(choices)}" if choices else "leave it out, the option takes none"
                return Fault(source=source, value=error.token.value, problem=f"is not accepted; {accepted}")
        if isinstance(error, UnusedCliTokensError) and error.unused_tokens:
            problem = "belongs to no option; what has spaces in it is written in quotes"
            return Fault(source=self.typed.split()[-1], value=error.unused_tokens[0], problem=problem)
        return Fault(source=self.typed.split()[-1], problem=str(error))


def is_literal(part: Any) -> bool:  # noqa: ANN401  any type
    """Whether a type is a list of words."""
    return get_origin(part) is Literal


def parts_of(annotation: Any) -> Iterator[Any]:  # noqa: ANN401  any type
    """A type, and each that it is made of."""
    yield annotation
    if not is_literal(annotation):
        for part in get_args(annotation):
            yield from parts_of(part)
