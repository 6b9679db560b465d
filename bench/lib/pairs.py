"""Reads limits.tsv: of each row, what its rounds on one server were beside the same rounds on another, which stood next to them
in time. Medians with an interval of the sign test: it holds whatever the noise is like, and needs no random numbers."""
import csv
import dataclasses
import math
import pathlib
import statistics

import results

OFF, LOCAL, SHARED, ON = "off", "local", "shared", "on"
SURE = 0.95


@dataclasses.dataclass
class Ratio:
    """Of a number of rounds: the median, and what lies around it with a probability of `sure`."""
    values: list[float]
    median: float
    low: float
    high: float
    sure: float

    @staticmethod
    def of(values):
        ordered = sorted(values)
        cut, sure = 0, 1 - 2 * 0.5 ** len(ordered)
        # leaving out one more at both ends is still sure enough
        while (less := 1 - 2 * _at_most(cut + 1, len(ordered))) >= SURE:
            cut, sure = cut + 1, less
        return Ratio(values, statistics.median(ordered), ordered[cut], ordered[-1 - cut], sure)


def _at_most(heads, throws):
    return sum(math.comb(throws, k) for k in range(heads + 1)) / 2 ** throws


@dataclasses.dataclass
class Row:
    name: str
    title: str
    limit: str  # the endpoint by whose limits it counts; empty: the limiter is not asked
    rounds: int
    wrong: int
    per_second: dict[str, float]  # by server
    cpu: dict[str, float]  # milliseconds a request, of the node that is loaded
    partner: dict[str, float]  # of the other node
    speed: dict[str, Ratio]  # beside off
    cost: dict[str, Ratio]


def read(tsv, rows):
    lines = {}
    with open(tsv, encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file, delimiter="\t"):
            if line["round"] != "0":  # the one that counts for nothing
                lines.setdefault(line["row"], {}).setdefault(line["server"], {})[line["round"]] = line
    return [_row(pathlib.Path(rows) / f"{name}.lua", servers) for name, servers in sorted(lines.items())]


def _row(path, servers):
    def medians(value):
        return {name: statistics.median(map(value, found.values())) for name, found in servers.items()}

    def beside_off(value):
        off = servers[OFF]
        return {
            name: Ratio.of([value(line) / value(off[number]) for number, line in servers[name].items()])
            for name in (LOCAL, SHARED, ON) if name in servers
        }

    return Row(
        name=path.stem,
        title=results.header(path, "title"),
        limit=results.header(path, "limits"),
        rounds=len(servers[OFF]),
        wrong=sum(int(line["wrong"]) for found in servers.values() for line in found.values()),
        per_second=medians(_per_second),
        cpu=medians(_cpu),
        partner=medians(lambda line: int(line["partner_cpu_ms"]) / _requests(line)),
        speed=beside_off(_per_second),
        cost=beside_off(_cpu),
    )


def _requests(line):
    return max(1, int(line["requests"]))


def _per_second(line):
    return _requests(line) * 1e6 / int(line["micros"])


def _cpu(line):
    return max(1, int(line["cpu_ms"])) / _requests(line)
