"""A command whose help reads the same with every version of Typer."""

from typing import Any

from typer.core import TyperCommand


class Command(TyperCommand):
    """Its arguments go by their metavars, in the usage and in their list."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """`[OPTIONS] DB [TABLE]`."""
        arguments = [param for param in self.params if param.param_type_name == "argument"]
        return ["[OPTIONS]", *(str(param.metavar if param.required else f"[{param.metavar}]") for param in arguments)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and the options."""
        for title, kind in (("Arguments", "argument"), ("Options", "option")):
            records = [
                (str(param.metavar) if kind == "argument" else record[0], record[1])
                for param in self.get_params(ctx)
                if param.param_type_name == kind and (record := param.get_help_record(ctx))
            ]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)
