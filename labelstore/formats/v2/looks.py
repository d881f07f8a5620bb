"""How much the compiled core looks through lists for each element of others."""

from labelstore.formats.compiled.assembler import Assembler

_MOST_LOOKS = 1_000_000


class Looks:
    """The elements of a record that are looked at to find others; with very many, the record is for Python."""

    def __init__(self, code: Assembler) -> None:
        self.code, self.count = code, code.variable()

    def look(self) -> None:
        """Count one."""
        self.code.add(self.count, 1)
        self.code.hand_back_if(self.code.is_equal(self.count, _MOST_LOOKS))
