#!/usr/bin/env python3
"""Runs files of SQL with DuckDB, in order, in the folder that holds `articles`, and prints what the last one gives, tab-separated.

    cd /var/lib/dateline && query.py articles.sql titles.sql
"""

import sys

import duckdb


def main(paths):
    connection = duckdb.connect()
    rows = []
    for path in paths:
        with open(path, encoding="utf-8") as sql:
            rows = connection.execute(sql.read()).fetchall()
    for row in rows:
        print("\t".join("" if value is None else str(value) for value in row))


if __name__ == "__main__":
    main(sys.argv[1:])
