"""A lake: the tables of a store as Delta tables in a folder or a bucket, written by any number of processes.

load       the driver: plans, lets tasks write, commits
tasks      what many processes do: a split of the input → Parquet files, one a table
resolving  what the new records supersede
commits    ids that no two loads share, Delta tables, snapshots that show a load as a whole
database   a snapshot, asked by DuckDB
vacuum     what nothing needs any more
"""
