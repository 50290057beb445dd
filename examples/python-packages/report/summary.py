"""What a column holds: numbers are added up exactly, text is counted."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from statistics import median


@dataclass(frozen=True)
class NumberColumn:
    name: str
    total: Decimal
    median: Decimal
    smallest: Decimal
    largest: Decimal

    def as_dict(self):
        return {
            "total": self.total,
            "median": self.median,
            "smallest": self.smallest,
            "largest": self.largest,
        }

    def sentence(self):
        return f"total {self.total}, median {self.median}, from {self.smallest} to {self.largest}"


@dataclass(frozen=True)
class TextColumn:
    name: str
    distinct: int
    commonest: str

    def as_dict(self):
        return {"distinct": self.distinct, "commonest": self.commonest}

    def sentence(self):
        return f"{self.distinct} different values, most often “{self.commonest}”"


def of(table):
    return [_column(name, table.values(i)) for i, name in enumerate(table.columns)]


def _column(name, values):
    try:
        numbers = [Decimal(value) for value in values]
    except InvalidOperation:
        numbers = []
    if numbers and all(number.is_finite() for number in numbers):
        return NumberColumn(name, sum(numbers), median(numbers), min(numbers), max(numbers))
    counts = Counter(values)
    commonest = counts.most_common(1)[0][0] if counts else ""
    return TextColumn(name, len(counts), commonest)
