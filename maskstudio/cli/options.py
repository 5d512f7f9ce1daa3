"""Command-line options made from the declarations in ``params``, so that no command repeats one."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from maskstudio.cli.streams import given
from maskstudio.errors import BadParameter
from maskstudio.params.spec import Params, Spec
from maskstudio.session.recipe import Recipe, section


def options(*sets: type[Params], recipes: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command one option for every parameter of ``sets``.

    The command takes one argument per set, named after it: ``detect_params: DetectParams``. The sets check the values
    and raise ``BadParameter``. With ``recipes`` there is also an option ``--recipe``; values in that file apply unless
    an option is given. A command with an argument ``chosen`` gets the values given as options, by wire name; one with
    an argument ``by_recipe`` gets whether a recipe is given.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a command in a function that has the options in its signature."""
        own = inspect.signature(command).parameters.values()
        wanted = {_argument(params): params for params in sets}
        asks = "chosen" in inspect.signature(command).parameters
        hears = "by_recipe" in inspect.signature(command).parameters

        @wraps(command)
        def run(**values: Any) -> Any:
            """Make the parameter sets from options and recipe and call the command."""
            context, path = (values.pop(name, None) for name in ("context", "recipe"))
            recipe = Recipe({}) if path is None else Recipe.read(path)
            written: dict[str, Any] = {}
            for argument, params in wanted.items():
                found = {spec.name: _parsed(spec, values.pop(spec.name)) for spec in params.specs()}
                if asks:
                    written |= {s.wire: found[s.name] for s in params.specs() if _given(context, s.name)}
                given = {name: value for name, value in found.items() if path is None or _given(context, name)}
                values[argument] = replace(recipe.params(params), **given)
            values |= ({"chosen": written} if asks else {}) | ({"by_recipe": path is not None} if hears else {})
            return command(**values)

        kept = [parameter for parameter in own if parameter.name not in {*wanted, "chosen", "by_recipe"}]
        made = [_option(spec) for params in sets for spec in params.specs()]
        made += ([_RECIPE] if recipes else []) + ([_CONTEXT] if recipes or asks else [])
        run.__signature__ = inspect.Signature([*kept, *made])  # type: ignore[attr-defined]
        return run

    return decorate


def _number(text: str | float) -> float:
    try:
        return float(decimal(text) if isinstance(text, str) else text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a number.") from None  # the option's name is added to it


_RECIPE = inspect.Parameter(
    "recipe",
    inspect.Parameter.KEYWORD_ONLY,
    default=None,
    annotation=Annotated[
        Path | None,
        typer.Option("--recipe", parser=given, help="Parameters from a file; options win.", metavar="FILE"),
    ],
)


_CONTEXT = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)


def _given(context: typer.Context, name: str) -> bool:
    """Whether the user gave the option, so that it is not at its default."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def decimal(text: str) -> str:
    """A number as Python reads it: a decimal comma becomes a point."""
    return text.strip().replace(",", ".")


def _argument(params: type[Params]) -> str:
    return f"{section(params)}_params"


def _option(spec: Spec) -> inspect.Parameter:
    """The option of one parameter, with help, range and choices from its declaration."""
    flag = "--" + spec.name.replace("_", "-")
    names = [f"{flag}/--no{flag[1:]}"] if spec.kind is bool else [flag]
    text = spec.help
    if spec.low is not None and spec.high is not None:
        text += f" {spec.low:g} to {spec.high:g}{' ' + spec.unit if spec.unit and spec.scale == 1 else ''}."
    if spec.choices:
        text += f" One of: {', '.join(key for key, _ in spec.choices)}."
    kind: Any = str if spec.kind is tuple else spec.kind
    default = ",".join(map(str, spec.default)) if spec.kind is tuple else spec.default
    metavar = {tuple: "X,Y" if spec.pair else "R,G,B,A", int: "N", float: "F", str: "NAME"}.get(spec.kind)
    typed: dict[str, Any] = {"parser": _number} if spec.kind is float else {}
    annotation = Annotated[kind, typer.Option(*names, help=text, metavar=metavar, **typed)]
    return inspect.Parameter(spec.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _parsed(spec: Spec, value: Any) -> Any:
    if spec.kind is not tuple:
        return value
    try:
        return tuple(int(part) for part in value.split(","))
    except ValueError:
        wanted = "two whole numbers such as 40,-20" if spec.pair else "four whole numbers such as 255,255,255,0"
        raise BadParameter(f"{spec.wire} must be {wanted}, not {value!r}.") from None
