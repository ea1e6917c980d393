"""Settings checked against their types, with errors of one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from unghost.errors import UnghostError

T = TypeVar("T")

Count = Annotated[int, Field(ge=1)]
"""How many of something: at least 1."""
Coefficient = Annotated[float, Field(ge=0, allow_inf_nan=False)]
"""What a term is multiplied with: at least 0, and finite."""
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
"""A finite number above 0."""

_BOUNDS = {
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "finite_number": "must be a finite number",
}


def setting_names(kind: Any) -> tuple[str, ...]:
    """Return the names of the settings of a dataclass or pydantic model, or of one's instance."""
    if is_dataclass(kind):
        return tuple(field.name for field in fields(kind))
    model: type[BaseModel] = kind if isinstance(kind, type) else type(kind)
    return tuple(model.model_fields)


def setting_values(settings: Any) -> dict[str, Any]:
    """Return the values of a dataclass or pydantic model by name, as JSON has them."""
    values: dict[str, Any] = TypeAdapter(type(settings)).dump_python(settings, mode="json")
    return values


def refuse_unknown(kind: Any, values: Mapping[str, Any], prefix: str = "", of: str = "") -> None:
    """Check that a dataclass or pydantic model has settings of all the names given.

    Args:
        kind: The type, or an instance of it.
        values: What is given for its settings.
        prefix: What stands before a setting's name, such as ``train.``.
        of: After it, whose settings they are.

    Raises:
        UnghostError: A name is unknown; the message lists the known ones.
    """
    known = setting_names(kind)
    for name in values:
        if name not in known:
            there = ", ".join(known) or "none"
            raise UnghostError(f"there is no setting {prefix}{name}{of}; there are: {there}")


def checked(kind: type[T], values: Any, prefix: str = "") -> T:
    """Return values as an instance of a dataclass or pydantic model, checked by its types.

    Raises:
        UnghostError: A value does not fit; the message names its setting.
    """
    try:
        return TypeAdapter(kind).validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = prefix + ".".join(str(part) for part in first["loc"]) or "the configuration"
        bound = _BOUNDS.get(first["type"], "{msg}").format(msg=first["msg"], **first.get("ctx", {}))
        raise UnghostError(f"{place}: {bound}") from None
