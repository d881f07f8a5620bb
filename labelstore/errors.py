"""Every error that labelstore raises, each with the exit code of the command that ends with it.

    LabelstoreError         1
    ├── InputError          1   a file that cannot be read, or holds something else than an export
    ├── StoreError          1   a store that cannot be opened, read or written
    ├── NotFoundError       1   an id that the store does not hold
    └── UsageError          2   a call that contradicts itself

The text of each ends with a way out. `labelstore.cli` prints it as one line; nothing else turns errors into text.
"""


class LabelstoreError(Exception):
    """Base of all errors of this package; `str(error)` is one line for people, with the way out."""

    exit_code = 1


class InputError(LabelstoreError):
    """A file that cannot be read or is no Labelbox export. `source` names it as the user wrote it."""

    def __init__(self, source: str, reason: str, hint: str = "") -> None:
        self.source, self.reason, self.hint = source, reason, hint
        super().__init__(f"{source}: {reason}" + (f"; {hint}" if hint else ""))


class StoreError(LabelstoreError):
    """A store that cannot be opened, read or written."""

    def __init__(self, path: str, reason: str, hint: str = "") -> None:
        self.path, self.reason, self.hint = path, reason, hint
        super().__init__(f"{path}: {reason}" + (f"; {hint}" if hint else ""))


class NotFoundError(LabelstoreError):
    """An id that the store does not hold."""


class UsageError(LabelstoreError):
    """A call that contradicts itself or names something unknown."""

    exit_code = 2
