"""The exporters by the names of their formats, found by listing the modules of `exporters`."""

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from labelstore.errors import UsageError
from labelstore.export import exporters
from labelstore.schema.suggestions import did_you_mean

if TYPE_CHECKING:
    from labelstore.export.exporter import Exporter


def formats() -> list[str]:
    """The names of all formats; imports none of them."""
    return sorted(module.name.replace("_", "-") for module in iter_modules(exporters.__path__))


def exporter_of(format: str) -> "Exporter":
    """The exporter of a format. Raises `UsageError` for an unknown one."""
    if format not in formats():
        hint = did_you_mean(format, formats()) or f"known are {', '.join(formats())}"
        raise UsageError(f"{format}: unknown format; {hint}")
    found: Exporter = import_module(f"{exporters.__name__}.{format.replace('-', '_')}").EXPORTER
    return found
