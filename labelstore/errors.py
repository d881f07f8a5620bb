"""Every error that labelstore raises, with the exit code of a command that ends with it.

    LabelstoreError         1
    ├── InputError          1   a file that cannot be read, or is no export
    │   └── NotAnExport     1   a readable file that holds something else
    ├── StoreError          1   a store that cannot be opened, read or written
    │   └── InUseError      1   a store that another process writes or has open
    ├── NotFoundError       1   an id that is not in the store
    │   └── AmbiguousError  1   a name that several things share
    ├── NothingToWriteError 1   an export to a format that can hold nothing of what was chosen
    ├── QueryError          1   SQL that fails, with the position in it
    │   ├── RefusedError    1   SQL that would do more than read the store
    │   └── TooSlowError    1   SQL that exceeded its time limit
    ├── ServiceError        1   Labelbox refuses, or answers what nobody understands
    │   └── BusyError      75   it is busy or out of reach, and later works
    ├── UsageError          2   a call that contradicts itself
    └── WrongSplitError, NeedsStaging   internal: caught inside the package

Each message ends with the way out. `labelstore.cli` prints it as one line; nothing else turns errors into text.
"""


class LabelstoreError(Exception):
    """Base of all errors of this package; `str(error)` is one line, with the way out."""

    exit_code = 1


class InputError(LabelstoreError):
    """A file that cannot be read or is no Labelbox export. `source` names it as the user wrote it."""

    def __init__(self, source: str, reason: str, hint: str = "") -> None:
        self.source: str = source
        self.reason: str = reason
        self.hint: str = hint
        super().__init__(f"{source}: {reason}" + (f"; {hint}" if hint else ""))


class NotAnExport(InputError):
    """A readable file that holds something other than an export."""


class StoreError(LabelstoreError):
    """A store that cannot be opened, read or written."""

    def __init__(self, path: str, reason: str, hint: str = "") -> None:
        self.path: str = path
        self.reason: str = reason
        self.hint: str = hint
        super().__init__(f"{path}: {reason}" + (f"; {hint}" if hint else ""))


class InUseError(StoreError):
    """A store that another process writes or has open; `holder` names it."""

    def __init__(
        self, path: str, holder: str, reason: str = "", hint: str = "wait for it to end, as --wait does"
    ) -> None:
        self.holder: str = holder
        super().__init__(path, reason or f"is in use: {holder}", hint)


class NotFoundError(LabelstoreError):
    """An id that is not in the store."""


class AmbiguousError(NotFoundError):
    """A name that several things share; the message lists their ids."""


class NothingToWriteError(LabelstoreError):
    """An export that would write nothing: the format holds nothing of what was chosen."""

    def __init__(self, format: str, why: str) -> None:
        super().__init__(f"{format}: nothing to write; {why}")


class QueryError(LabelstoreError):
    """SQL that fails. `excerpt` is the line of the SQL with a caret below, or empty; `line` counts from 1."""

    def __init__(self, reason: str, hint: str = "", line: int | None = None, excerpt: str = "") -> None:
        self.reason: str = reason
        self.hint: str = hint
        self.line: int | None = line
        self.excerpt: str = excerpt
        super().__init__(reason + (f"; {hint}" if hint else ""))
        if excerpt:
            self.add_note(excerpt)


class RefusedError(QueryError):
    """SQL that does more than read the store. `action` is what it would do."""

    def __init__(self, action: str, hint: str = "queries only read the store") -> None:
        self.action: str = action
        super().__init__(f"{action} is refused", hint)


class TooSlowError(QueryError):
    """SQL that exceeded its time limit."""


class ServiceError(LabelstoreError):
    """Labelbox does not do what it was asked for. `hint` is the way out."""

    def __init__(self, reason: str, hint: str = "") -> None:
        self.reason, self.hint = reason, hint
        super().__init__(f"Labelbox: {reason}" + (f"; {hint}" if hint else ""))


class BusyError(ServiceError):
    """Nothing is wrong: the service is busy, limits requests or cannot be reached. Later it works."""

    exit_code = 75


class UsageError(LabelstoreError):
    """A call that contradicts itself or names something unknown."""

    exit_code = 2


class NeedsStaging(LabelstoreError):
    """A load that repeats labels too often for an engine that writes in bulk; it goes through SQLite instead."""


class WrongSplitError(LabelstoreError):
    """A split of a file has another end or more records than was planned, and why; whoever planned it plans anew."""
