"""CSV with a header line, as columns and rows of text."""

import csv
import io
from dataclasses import dataclass

MAX_ROWS = 10_000


class TableError(ValueError):
    """The CSV is not a table; the message says where."""


@dataclass(frozen=True)
class Table:
    columns: list[str]
    rows: list[list[str]]

    def values(self, index):
        return [row[index] for row in self.rows]


def read(text):
    lines = csv.reader(io.StringIO(text.strip()))
    columns = next(lines, None)
    if not columns:
        raise TableError("the CSV is empty: its first line must name the columns")
    rows = []
    for number, row in enumerate(lines, start=2):
        if len(row) != len(columns):
            raise TableError(f"line {number} has {len(row)} fields, the header has {len(columns)}")
        if len(rows) == MAX_ROWS:
            raise TableError(f"more than {MAX_ROWS} rows")
        rows.append(row)
    return Table(columns, rows)
