"""Reads results.tsv and the rows' headers: one Row for each pair of row and server, with medians over the rounds."""
import csv
import dataclasses
import pathlib
import re
import statistics

REFERENCE = "20-client-credentials"


@dataclasses.dataclass
class Row:
    name: str
    server: str
    title: str
    rounds: int
    per_second: float
    slowest: float
    fastest: float
    p50: float  # milliseconds
    p99: float
    statements: float  # per request
    writes: float
    cpu: float  # milliseconds per request, of the Keycloak process
    database_cpu: float
    others: float  # CPU share of the servers that waited
    wrong: int
    keycloaks: bool  # stock Keycloak's, as opposed to the bundle's
    against: str  # name of the row that it is compared with
    at_least: float | None = None  # times that row
    at_least_per_second: float | None = None
    at_most_sql: float | None = None  # statements per request
    ratio: float | None = None
    also: str = ""  # title of a second row that it is compared with
    also_at_least: float | None = None
    also_ratio: float | None = None

    @property
    def beside_another(self):
        return self.ratio is not None and self.against != REFERENCE


def header(path, name):
    found = re.search(rf"^-- {name}: *(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return found.group(1).strip() if found else ""


def read(results, rows):
    """In the order of the rows' file names, server by server. A ratio is the median of the rounds' own ratios: within a
    round both sides met the same minute of the machine and the same start of the server."""
    rounds = {}
    with open(results, encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines, delimiter="\t"):
            rounds.setdefault((line["row"], line["server"]), []).append(line)
    found = [_row(pathlib.Path(rows), name, server, lines) for (name, server), lines in sorted(rounds.items())]
    for row in found:
        row.ratio = _ratio(rounds, row, row.against)
        name, _, goals = header(pathlib.Path(rows) / f"{row.name}.lua", "also").partition(" ")
        if name:
            row.also = header(pathlib.Path(rows) / f"{name}.lua", "title")
            row.also_ratio = _ratio(rounds, row, name)
            row.also_at_least = _goal(goals, row.server)
    return found


def _ratio(rounds, row, against):
    reference = rounds.get((against, row.server))
    if not reference:
        return None
    speed = {line["round"]: _per_second(line) for line in reference}
    return statistics.median(_per_second(line) / speed[line["round"]] for line in rounds[(row.name, row.server)])


def _goal(goals, server):
    found = dict(goal.split("=") for goal in goals.split())
    return float(found[server]) if server in found else None


def _per_second(line):
    return int(line["requests"]) * 1e6 / int(line["micros"])


def _row(rows, name, server, lines):
    path = rows / f"{name}.lua"

    def goal(name):
        return _goal(header(path, name), server)

    def median(value):
        return statistics.median(value(line) for line in lines)

    def per_request(column):
        return median(lambda line: int(line[column]) / max(1, int(line["requests"])))

    speeds = [_per_second(line) for line in lines]
    return Row(
        name=name,
        server=server,
        title=header(path, "title") or name,
        rounds=len(lines),
        per_second=statistics.median(speeds),
        slowest=min(speeds),
        fastest=max(speeds),
        p50=median(lambda line: int(line["p50_us"]) / 1000),
        p99=median(lambda line: int(line["p99_us"]) / 1000),
        statements=per_request("statements"),
        writes=per_request("writes"),
        cpu=per_request("cpu_ms"),
        database_cpu=per_request("database_cpu_ms"),
        others=median(lambda line: int(line["others_cpu_ms"]) * 1000 / int(line["micros"])),
        wrong=sum(int(line["wrong"]) for line in lines),
        keycloaks=header(path, "whose") == "keycloak",
        against=header(path, "against") or REFERENCE,
        at_least=goal("at-least"),
        at_least_per_second=goal("at-least-per-second"),
        at_most_sql=goal("at-most-sql"),
    )
