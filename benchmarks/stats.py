"""Medians and ratios."""
import math


def median(numbers):
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2.0


def geometric_mean(numbers):
    return math.exp(sum(math.log(number) for number in numbers) / len(numbers))


class Summary(object):
    """The figures of several runs of one thing."""

    def __init__(self, runs):
        self.runs = list(runs)
        self.median = median(self.runs)
        self.min = min(self.runs)
        self.max = max(self.runs)

    def as_json(self):
        return {'median': self.median, 'min': self.min, 'max': self.max, 'runs': self.runs}


def ratio(summary, first):
    """How many times the median of another this one's is; None where there is no such thing."""
    if summary is None or first is None or first.median <= 0 or summary.median <= 0:
        return None
    return summary.median / first.median
