"""Medians, spreads and ratios of interleaved pairs.

Processor time here drifts by half and more from minute to minute, so a ratio is taken inside each
pair, of two runs next to each other, and the median is one of these ratios.
"""

import dataclasses
import math
import statistics
from collections.abc import Iterable, Sequence


@dataclasses.dataclass(frozen=True)
class Spread:
    median: float
    low: float
    high: float
    count: int


def median(values: Iterable[float]) -> float:
    return float(statistics.median(values))


def spread(values: Sequence[float]) -> Spread:
    if not values:
        raise ValueError("no values, so no median")
    if not all(math.isfinite(value) for value in values):
        raise ValueError(f"a value is no number: {values}")
    return Spread(median(values), min(values), max(values), len(values))


def ratio(ours: Sequence[float], peer: Sequence[float]) -> Spread:
    """Of ours to the peer's, pair by pair."""
    if len(ours) != len(peer):
        raise ValueError(f"{len(ours)} runs of ours and {len(peer)} of the peer are no pairs")
    if any(value <= 0 for value in (*ours, *peer)):
        raise ValueError("a run without a positive value has no ratio")
    return spread([one / other for one, other in zip(ours, peer)])


def medians(tables: Sequence[dict], names: Sequence[str]) -> dict[str, float]:
    """The median of each named member over several runs."""
    return {name: median(table[name] for table in tables) for name in names
            if all(table.get(name) is not None for table in tables)}


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that at least `part` of them do not exceed."""
    if not values:
        raise ValueError("no values, so no percentile")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]
