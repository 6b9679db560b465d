#!/usr/bin/env python3
"""Writes the result pages: usage: report.py speed|sizes|organizations|keys|limits|switched|timing WORK-DIRECTORY ROWS OUTPUT-DIRECTORY"""
import dataclasses
import pathlib
import re
import sys

import pairs
import results

SERVERS = {"on": "ledger on", "off": "ledger off"}
OTHERS = "## Other runs"


def facts(work):
    lines = (line.split("\t", 1) for line in (work / "facts.tsv").read_text(encoding="utf-8").splitlines())
    return {name: value for name, value in lines if value.strip()}


def made_with(work, without=()):
    return "\n".join(f"- {name}: {value}" for name, value in facts(work).items() if name not in without)


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def cells(row):
    speed = f"{row.per_second:,.0f}" if row.wrong == 0 else f"not valid: {row.wrong} wrong"
    return [
        row.title, speed, f"{row.slowest:,.0f} to {row.fastest:,.0f}", f"{row.p50:.1f}", f"{row.p99:.1f}",
        f"{row.statements:.2f}", f"{row.writes:.2f}", f"{row.cpu:.2f}",
        f"{row.database_cpu:.2f}",
    ]


def ratio(row):
    if row.ratio is None:
        return ""
    return f"{row.ratio:.2f}" + (" \\*" if row.beside_another else "")


def goal(row):
    goals = []
    if row.at_least is not None and row.ratio is not None:
        goals.append((f"at least {row.at_least:g}", row.ratio >= row.at_least))
    if row.at_least_per_second is not None:
        goals.append((f"at least {row.at_least_per_second:g}/s", row.per_second >= row.at_least_per_second))
    if row.at_most_sql is not None:
        goals.append((f"SQL at most {row.at_most_sql:g}", row.statements <= row.at_most_sql))
    if row.also_at_least is not None and row.also_ratio is not None:
        goals.append((f"at least {row.also_at_least:g} × {row.also} ({row.also_ratio:.2f})",
                      row.also_ratio >= row.also_at_least))
    return ", ".join(text + ": " + ("reached" if met else "**not reached**") for text, met in goals)


def beside_others(found):
    titles = {row.name: row.title for row in found}
    said = "".join(f" \\* {row.title}: beside {titles[row.against]}." for row in found if row.beside_another)
    return said + "".join(
        f" {row.title}: {row.also_ratio:.2f} times {row.also} as well." for row in found if row.also_ratio is not None)


def speed(work, rows, output):
    found = results.read(work / "results.tsv", rows)
    parts = ["# Speed", "Made by `bench/run`; see [README.md](README.md) for what is measured and how.",
             "![Requests per second](results.svg)"]
    for server, name in SERVERS.items():
        own = [row for row in found if row.server == server]
        head = ["row", "requests/s", "slowest to fastest round", "p50 ms", "p99 ms", "SQL", "SQL writes", "CPU ms",
                "database CPU ms", "× client_credentials", "goal"]
        parts += [f"## Server with {name}",
                  table(head, [cells(row) + [ratio(row), goal(row)] for row in own])]
    parts += [
        "SQL, SQL writes and CPU are per request; CPU is that of the Keycloak process, database CPU that of PostgreSQL;"
        " the load generator shares the machine with both. [statements.txt](statements.txt) says which SQL. Medians over the rounds; a"
        " ratio is the median of the rounds' own ratios to `client_credentials` of the same server in the same round."
        f"{beside_others(found)}"
        f" The server that waited used {max(row.others for row in found):.1%} of a core at most (median of a row).",
        "## Made with", made_with(work),
        "## Again", "    bench/run",
    ]
    (output / "RESULTS.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    link_others(output)


def sizes(work, rows, output):
    few, many, active = results.read(work / "results.tsv", rows)
    users = facts(work)["users"].split(" and ")
    for row, title in zip((few, many, active), (
            f"{int(users[0]):,} users and ledger rows", f"{int(users[1]):,} users and ledger rows",
            f"{int(users[1]):,}, asked for {int(users[0]):,} of them")):
        row.title = title
    head = ["token-for-email, HS256, ledger on", "requests/s", "slowest to fastest round", "p50 ms", "p99 ms", "SQL",
            "SQL writes", "CPU ms", "database CPU ms", "× p50", "× p99"]
    lines = [cells(row) + [f"{row.p50 / few.p50:.2f}", f"{row.p99 / few.p99:.2f}"] for row in (few, many, active)]
    result = (f"p99 with {int(users[1]):,} users and ledger rows is {many.p99 / few.p99:.2f} times that with"
              f" {int(users[0]):,} (goal: at most 1.3); {active.p99 / few.p99:.2f} times when as few of them are asked for.")
    parts = ["# Many users, many ledger rows", f"**Result:** {result}", table(head, lines),
             "Users are drawn uniformly at random. Keycloak keeps 10,000 users in its cache by default: of more than that,"
             " most calls find theirs in the database alone. The last row leaves the size of the tables as the only"
             " difference.",
             "## Made with", made_with(work, without=("users",)), "## Again", "    bench/run --sizes"]
    (output / "SIZES.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    link_others(output)


def organizations(work, rows, output):
    found = results.read(work / "results.tsv", rows)
    one = found[0]
    head = ["account token, RS256", "requests/s", "slowest to fastest round", "p50 ms", "p99 ms", "SQL", "SQL writes", "CPU ms",
            "database CPU ms", "× p50", "× p99"]
    lines = [cells(row) + [f"{row.p50 / one.p50:.2f}", f"{row.p99 / one.p99:.2f}"] for row in found]
    worst = max(found[1:], key=lambda row: row.p99)
    many = int(facts(work)["users"])
    result = (f"p99 with {many:,} organizations is {worst.p99 / one.p99:.2f} times that with one at the most ({worst.title};"
              " goal: at most 1.5).")
    parts = ["# Many organizations", f"**Result:** {result}", table(head, lines),
             f"Many is {many:,}. Every row asks for the token of one account of one user again and again.",
             "## Made with", made_with(work, without=("users",)), "## Again", "    bench/run --organizations"]
    (output / "ORGANIZATIONS.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    link_others(output)


def keys(work, rows, output):
    found = results.read(work / "results.tsv", rows)
    few, hot, spread = found
    one, many = (int(number) for number in facts(work)["users"].split(" and "))
    few.title, hot.title, spread.title = (
        f"{one:,} keys", f"{many:,} keys, the same {one:,} used", f"{many:,} keys, any of them used")
    head = ["verify with a key", "requests/s", "slowest to fastest round", "p50 ms", "p99 ms", "SQL", "SQL writes", "CPU ms",
            "database CPU ms", "× p50", "× p99"]
    lines = [cells(row) + [f"{row.p50 / few.p50:.2f}", f"{row.p99 / few.p99:.2f}"] for row in found]
    result = (f"p99 with {many:,} keys is {hot.p99 / few.p99:.2f} times that with {one:,} where the same {one:,} are used"
              f" (goal: at most 1.3), {spread.p99 / few.p99:.2f} times where any of them is.")
    parts = ["# Many API keys", f"**Result:** {result}", table(head, lines),
             f"Keys belong to {one:,} users in both databases and are drawn uniformly at random. A node keeps a key for 3"
             " seconds, and 10,000 keys at the most: of a million that are all used, most are read from the database, by"
             " their primary key, and their uses are written in a row each.",
             "## Made with", made_with(work, without=("users",)), "## Again", "    bench/run --keys"]
    (output / "KEYS.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    link_others(output)


LIMITS = {pairs.LOCAL: 0.98, pairs.SHARED: 0.92}
FEWEST_ROUNDS = 6  # with fewer no interval of 95 % can be had
TOO_FEW = "too few rounds"


def interval(ratio, digits=3):
    return f"{ratio.median:.{digits}f} ({ratio.low:.{digits}f} to {ratio.high:.{digits}f})"


def verdict(ratio, goal):
    if len(ratio.values) < FEWEST_ROUNDS:
        return TOO_FEW
    if ratio.high < goal:
        return "**no**"
    return "yes" if ratio.low >= goal else f"within noise, {'above' if ratio.median >= goal else 'below'}"


def limits(work, rows, output):
    found = pairs.read(work / "results.tsv", rows)
    made = facts(work)
    limited = [row for row in found if row.limit]
    others = [row for row in found if not row.limit]
    both = limited + others
    speeds = table(
        ["row", "limits of", "off, requests/s", "local × off", "shared × off",
         *(f"{name}: at least {goal:g}" for name, goal in LIMITS.items())],
        [[row.title, row.limit or "(none)", f"{row.per_second[pairs.OFF]:,.0f}" if not row.wrong else f"not valid: {row.wrong} wrong",
          *(interval(row.speed[name]) for name in LIMITS),
          *(verdict(row.speed[name], goal) if row.limit else "" for name, goal in LIMITS.items())] for row in both])
    costs = table(
        ["row", "off, ms", "local, ms", "shared, ms", "local × off", "shared × off", "second node: off, ms", "local, ms", "shared, ms"],
        [[row.title, *(f"{row.cpu[name]:.3f}" for name in (pairs.OFF, *LIMITS)), *(interval(row.cost[name]) for name in LIMITS),
          *(f"{row.partner[name]:.3f}" for name in (pairs.OFF, *LIMITS))] for row in both])
    parts = ["# What limits cost", f"**Result:** {limits_result(limited)}", "## Throughput", speeds, "## CPU time a request", costs,
             "## All together", *limits_together(limited, others), "## How", *limits_method(int(made["addresses"]), made["kinds"], int(made["alone"])),
             "## Made with", made_with(work, without=("again", "kinds", "alone")), "## Again", f"    {made['again']}"]
    (output / "LIMITS.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    link_others(output)


def limits_result(limited):
    said = []
    for name, goal in LIMITS.items():
        verdicts = [verdict(row.speed[name], goal) for row in limited]
        lost = [row.title for row, found in zip(limited, verdicts) if found == "**no**"]
        text = (f"with {name} limits {verdicts.count('yes')} of {len(limited)} rows keep {goal:g} of the throughput for certain,"
                f" {sum(found.startswith('within') for found in verdicts)} are within the noise of it, {len(lost)} do not keep it")
        if (few := verdicts.count(TOO_FEW)):
            text += f", {few} had too few rounds"
        said.append(text + (f" ({', '.join(lost)})" if lost else ""))
    return "; ".join(said) + "."


def limits_together(limited, others):
    for rows, what in ((limited, "Rows with limits"), (others, "Rows that the limiter is not asked about")):
        if rows:
            together = {
                (name, kind): pairs.Ratio.of([value for row in rows for value in getattr(row, kind)[name].values])
                for name in LIMITS for kind in ("speed", "cost")
            }
            said = "; ".join(
                f"{name}: throughput {interval(together[name, 'speed'])}, CPU {interval(together[name, 'cost'])}" for name in LIMITS)
            yield f"{what} ({len(rows)}), each round of each counted once, times off: {said}."
    if others:
        yield ("The limiter does nothing for the latter, so what they differ by is what servers differ by that do the same: compiled"
               " code and memory come out a little different at each start, and more rounds make no difference to that.")


def limits_method(addresses, kinds, alone):
    shipped = kinds == "shipped"
    yield (
        "Three clusters of two nodes, each with a database of its own, which differ in the limiter alone: off (`active=false`), local, and"
        " shared (`mode=shared`, over Keycloak's distributed cache, encrypted as Keycloak ships it). The load goes to the first node of"
        " each. The second one stands by: it holds all shared numbers as well, and changes half of them first. "
        + ("Limits are those that are shipped, raised" if shipped else
           "Every endpoint has a limit of each kind that it asks for, also where none is shipped (as a realm attribute): raised")
        + " to a million calls a second, so that each call is counted and none refused."
        + (" `verify` has none as shipped: the limiter is asked, and finds that." if shipped else ""))
    yield (
        ("All calls come from one address. " if addresses == 1 else
         f"Calls come from {addresses:,} addresses at random (`X-Forwarded-For` of a trusted proxy). ")
        + "In shared mode a node draws 100,000 calls of such a limit at once and keeps them for a second at most. So who calls often"
        " costs a few messages a second, and who calls once a second or less, one for each call: the targets of "
        + ("" if shipped else "token-for-email and of ") + "external users" + (", and the addresses" if addresses > 1 else "") + ".")
    yield (
        "Before the load each cluster showed, endpoint by endpoint, that it limits as its setting says: a limit of one call, in a realm that"
        " no row loads, holds on no node, on each node by itself, or on both together. "
        + (f"**Not valid:** while it ran, nodes of shared counted {alone} calls alone." if alone else
           "After it, no node of shared had counted a call alone."))
    yield (
        "In each round a row runs on the three one after the other, in an order that changes from row to row and from round to round; a"
        " ratio is of runs that stood beside each other. Given are medians of the rounds' ratios with the sign test's interval of 95 %"
        f" (with fewer than {FEWEST_ROUNDS} rounds: from the smallest to the largest). CPU is that of the Keycloak process, which other"
        " processes disturb less than the throughput; 1.010 is one hundredth more. It includes what a row does before its load, such as"
        " the sign-ins of the refresh rows.")


def switched(work, rows, output):
    found = pairs.read(work / "results.tsv", rows)
    made = facts(work)
    setting, goal = made["setting"], LIMITS[made["setting"]]
    shares = profile_shares(work / "profile.tsv")
    speeds = table(
        ["row", "limits of", "off, requests/s", "on × off", f"at least {goal:g}", "off, CPU ms a request", "CPU, on × off"],
        [[row.title, row.limit or "(none)", f"{row.per_second[pairs.OFF]:,.0f}" if not row.wrong else f"not valid: {row.wrong} wrong",
          interval(row.speed[pairs.ON]), verdict(row.speed[pairs.ON], goal), f"{row.cpu[pairs.OFF]:.3f}", interval(row.cost[pairs.ON])]
         for row in found])
    where = table(
        ["row", "samples, on", "in the limiter", "share of time (95 %)", "share of allocated bytes", "off: samples", "in the limiter"],
        [[row.title, f"{on.samples:,}", f"{on.limiters:,}", on.share(), f"{on.bytes_share():.2%}", f"{off.samples:,}", f"{off.limiters:,}"]
         for row in found for on, off in [(shares["on", row.name], shares["off", row.name])]])
    together = {kind: pairs.Ratio.of([value for row in found for value in getattr(row, kind)[pairs.ON].values]) for kind in ("speed", "cost")}
    kept = [verdict(row.speed[pairs.ON], goal) for row in found]
    all_on = Share(sum(shares["on", row.name].samples for row in found), sum(shares["on", row.name].limiters for row in found))
    result = (f"with {setting} limits all rows together keep {interval(together['speed'])} of the throughput (goal: {goal:g});"
              f" {kept.count('yes')} of {len(found)} rows keep {goal:g} for certain, {sum(text.startswith('within') for text in kept)} are"
              f" within the noise of it, {kept.count('**no**')} do not. The limiter has {all_on.share()} of the time that threads are at"
              " work.")
    parts = [f"# What {setting} limits cost one server", f"**Result:** {result}", "## On and off", speeds,
             f"All rows together ({len(found)}), each round of each counted once: throughput {interval(together['speed'])}, CPU"
             f" {interval(together['cost'])}.", "## Where the time goes", where, "## How",
             *switched_method(setting, int(made["addresses"]), made["kinds"], int(made["alone"])), "## Made with",
             made_with(work, without=("again", "kinds", "alone", "setting")), "## Again", f"    {made['again']}"]
    (output / f"LIMITS-{setting.upper()}.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    link_others(output)


def switched_method(setting, addresses, kinds, alone):
    yield (
        f"Two nodes and a database, `mode={setting}`; the load goes to the first node. Limits are "
        + ("those that are shipped, raised" if kinds == "shipped" else
           "of each kind that an endpoint asks for, also where none is shipped, raised")
        + " to a million calls a second, so that each call is counted and none refused. Off is `mint.limit.<endpoint>.<kind>=off` for all of"
        " them in the realm: the limiter is asked, finds that, and counts nothing; that it is asked at all is in both. "
        + ("All calls come from one address." if addresses == 1 else
           f"Calls come from {addresses:,} addresses at random (`X-Forwarded-For` of a trusted proxy)."))
    yield (
        "A row's measurements follow each other, on and off, off and on, by turns, each after a second that fills the caches that a changed"
        " realm empties. A ratio is of the two that stood beside each other; given are medians with the sign test's interval of 95 %. One"
        " server stands for both sides, so that what differs between two servers that do the same plays no part.")
    yield (
        "Samples are those of Java's flight recorder, every 10 ms or 20 ms (`settings=profile`), while the row ran eight times as long as a"
        " measurement, of threads at work; waiting is none. A sample counts for the limiter where the topmost frame of the bundle is its"
        " own: what a library does for it is in, what other threads do for it (the cluster's messages) is not, and stands in the CPU time"
        " above. The interval is Wilson's.")
    if alone:
        yield f"**Not valid:** while it ran, the nodes counted {alone} calls alone."


@dataclasses.dataclass
class Share:
    """What profile.py prints of one row."""
    samples: int
    limiters: int
    allocated: int = 0
    limiters_allocated: int = 0

    def share(self):
        if not self.samples:
            return "no samples"
        part, z = self.limiters / self.samples, 1.96
        middle = (part + z * z / (2 * self.samples)) / (1 + z * z / self.samples)
        half = z / (1 + z * z / self.samples) * (part * (1 - part) / self.samples + z * z / (4 * self.samples ** 2)) ** 0.5
        return f"{part:.2%} ({max(0, middle - half):.2%} to {middle + half:.2%})"

    def bytes_share(self):
        return self.limiters_allocated / self.allocated if self.allocated else 0


def profile_shares(path):
    lines = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return {(state, row): Share(*map(int, numbers)) for state, row, *numbers in lines}


def timing(work, _rows, output):
    text = (work / "timing.md").read_text(encoding="utf-8").strip()
    parts = ["# Time of refusals", text, "## Made with", made_with(work, without=("rounds", "wrk")), "## Again",
             "    bench/run --timing"]
    (output / "TIMING.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    link_others(output)


def link_others(output):
    """RESULTS.md names the results of the other runs, whichever was made last."""
    target = output / "RESULTS.md"
    if not target.exists():
        return
    text = target.read_text(encoding="utf-8").split(OTHERS)[0].rstrip()
    lines = []
    for name in ("SIZES.md", "ORGANIZATIONS.md", "KEYS.md", "LIMITS.md", "LIMITS-LOCAL.md", "LIMITS-SHARED.md", "TIMING.md"):
        page = output / name
        found = re.search(r"^\*\*Result:\*\* *(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE) if page.exists() else None
        if found:
            lines.append(f"- [{name}]({name}): {found.group(1)}")
    if lines:
        text += f"\n\n{OTHERS}\n\n" + "\n".join(lines)
    target.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 5 or sys.argv[1] not in ("speed", "sizes", "organizations", "keys", "limits", "switched", "timing"):
        sys.exit(__doc__)
    globals()[sys.argv[1]](*map(pathlib.Path, sys.argv[2:]))
