"""A command whose store may come from LABELSTORE_DB, and whose help reads the same with every version of Typer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from typer.core import TyperCommand

from labelstore.cli.calls import check_call
from labelstore.cli.help_pages import HelpContext, readable
from labelstore.cli.session_store import VARIABLE, is_left_out, session_store, takes_store

SESSION_STORE = "labelstore.session_store"
"""Key of the store that LABELSTORE_DB named, in the `meta` of a context; absent if the command line named one."""


class Command(TyperCommand):
    """Its arguments go by their metavars, in the usage and in their list."""

    context_class = HelpContext

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the store of the session before the arguments if they name none."""
        values, _, _ = self.make_parser(ctx).parse_args(list(args))
        if not ctx.resilient_parsing:
            check_call(str(ctx.info_name), self.params, values)
        store = session_store()
        if store is not None and self._lacks_store(values):
            ctx.meta[SESSION_STORE] = store
            args = [store, *args]
        if not ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        whole = args[:-1] if args and args[-1].startswith("-") else args  # an option whose value is to be completed
        with uncoerced(self.get_params(ctx)):
            return super().parse_args(ctx, whole)

    def _lacks_store(self, values: dict[str, Any]) -> bool:
        arguments = [param for param in self.params if param.param_type_name == "argument"]
        if not arguments or not takes_store(arguments[0]):
            return False
        first = values.get(arguments[0].name)
        return is_left_out(
            first if isinstance(first, str) else None,
            others=len(arguments) > 1,
            files=arguments[0].metavar != "DB",
        )

    def get_short_help_str(self, limit: int = 0) -> str:
        """The first line of the help, whole."""
        return str(self.help).strip().partition("\n")[0]

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """`[OPTIONS] DB [TABLE]`."""
        arguments = [param for param in self.params if param.param_type_name == "argument"]
        return ["[OPTIONS]", *(str(param.metavar if param.required else f"[{param.metavar}]") for param in arguments)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and the options."""
        for title, kind in (("Arguments", "argument"), ("Options", "option")):
            records = [
                readable(param, record[0], record[1] + (f"  [env: {VARIABLE}]" if takes_store(param) else ""))
                for param in self.get_params(ctx)
                if param.param_type_name == kind and (record := param.get_help_record(ctx))
            ]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


@contextmanager
def uncoerced(params: Any) -> Iterator[None]:
    """Leave values as they were typed: Typer imports pydantic to read them, too slow for a TAB."""
    for param in params:
        param.process_value = lambda ctx, value: value
    try:
        yield
    finally:
        for param in params:
            del param.process_value
