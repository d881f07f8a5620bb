"""A lake: the tables of a store as Delta tables in a folder or a bucket, written by any number of processes.

claims     reserve the numbers of records and loads, so that two loads never share one
splits     what one task reads: a file, or a byte range of one
task       a split → Parquet files, one a table, in any process
commit     the files of all tasks become visible together
snapshots  what the lake held after each commit
database   a snapshot, asked by DuckDB
"""
