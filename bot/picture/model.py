"""What a picture shows: the ratings of statements, and the words it is to use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """One statement's ratings. label: its number as posted; counts: how many gave 1, 2, ... 7."""

    label: str
    statement: str
    counts: tuple[int, ...]
    leading: bool = False

    def __post_init__(self) -> None:
        if len(self.counts) != 7 or min(self.counts) < 0:
            raise ValueError(f"a bar needs seven counts of 0 or more, for the ratings 1 to 7, got {self.counts!r}")

    @property
    def n(self) -> int:
        """How many rated the statement."""
        return sum(self.counts)

    @property
    def mean(self) -> float | None:
        """The mean rating, 1-7; None when nobody rated."""
        return sum(rating * count for rating, count in enumerate(self.counts, 1)) / self.n if self.n else None

    @property
    def sides(self) -> tuple[float, float]:
        """The shares to the left and to the right of the middle line, half of the 4s on each side."""
        if not self.n:
            return 0.0, 0.0
        left = (sum(self.counts[:3]) + self.counts[3] / 2) / self.n
        return left, 1 - left


@dataclass(frozen=True, slots=True)
class Labels:
    """The words in a picture; the caller passes the locale's. Braces are filled in as named."""

    strongly_disagree: str = "strongly disagree"
    strongly_agree: str = "strongly agree"
    leading: str = "Leading statement"
    nothing: str = "No ratings"
    summary: str = "Disagree {disagree}  ·  Neither {neutral}  ·  Agree {agree}"
    mean: str = "Mean {mean}"
    alt: str = "Statement {label}, “{statement}”: {disagree} disagree, {neutral} neither, {agree} agree, mean {mean}."
    alt_nothing: str = "Statement {label}, “{statement}”: no ratings."
    thousands: str = ","
    decimal: str = "."

    def count(self, number: int) -> str:
        """A number of people, with the locale's grouping."""
        return f"{number:,}".replace(",", self.thousands)

    def rounded(self, mean: float) -> str:
        """A mean with one digit after the locale's decimal mark."""
        return f"{mean:.1f}".replace(".", self.decimal)

    def filled(self, template: str, bar: Bar, statement: str = "") -> str:
        """One of these with a bar's numbers in it."""
        return template.format(
            label=bar.label,
            statement=statement,
            n=self.count(bar.n),
            disagree=self.count(sum(bar.counts[:3])),
            neutral=self.count(bar.counts[3]),
            agree=self.count(sum(bar.counts[4:])),
            mean="" if bar.mean is None else self.rounded(bar.mean),
        )
