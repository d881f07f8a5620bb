"""The folder that `labelstore export STORE parquet DIR` writes: a Parquet file for each table."""

from pathlib import Path

from labelstore.engines.parquet_tables import ParquetTables
from labelstore.errors import InputError
from labelstore.schema.tables import columns

WAY_OUT = "write it anew with: labelstore export STORE parquet DIR"


def parquet_folder(folder: str | Path) -> ParquetTables:
    """The tables in a folder, with the columns of this version. Raises `InputError` for another folder."""
    path = Path(folder)
    if not path.is_dir():
        reason = "is a file, not a folder of tables" if path.exists() else "no such folder"
        raise InputError(str(folder), reason, WAY_OUT)
    files = {table: path / f"{table}.parquet" for table in columns()}
    missing = [file.name for file in files.values() if not file.is_file()]
    if len(missing) == len(files):
        raise InputError(str(folder), "is no lake and holds no tables of a store", WAY_OUT)
    if missing:
        raise InputError(str(folder), f"has no {missing[0]}", WAY_OUT)
    tables = ParquetTables(str(folder), {table: [str(file)] for table, file in files.items()}, WAY_OUT)
    tables.check()
    return tables
