#!/usr/bin/env python3
"""Draws requests per second as bars, for light and dark pages: usage: chart.py RESULTS.tsv ROWS > results.svg"""
import html
import sys

import results

WIDTH, LABELS, RIGHT, BAR, GAP = 920, 330, 150, 18, 6
STYLE = """
  svg { color: #1f2328; font: 13px system-ui, sans-serif; }
  text { fill: currentColor; }
  .quiet { opacity: .7; }
  .bar { fill: #8c959f; } .mint { fill: #0a7f5a; }
  path { stroke: currentColor; stroke-dasharray: 3 3; opacity: .6; }
  @media (prefers-color-scheme: dark) {
    svg { color: #e6edf3; }
    .bar { fill: #6e7681; } .mint { fill: #2fbf8f; }
  }
"""
SERVERS = {"on": "Server with the ledger on", "off": "Server with the ledger off"}


def draw(rows):
    scale = (WIDTH - LABELS - RIGHT) / max(row.per_second for row in rows)
    parts, y = [], 28
    for server, title in SERVERS.items():
        own = [row for row in rows if row.server == server]
        if not own:
            continue
        parts.append(f'<text x="0" y="{y}" font-weight="600">{title}</text>')
        y += 12
        top = y
        beside = max((row.per_second * scale for row in own if row.name == results.REFERENCE), default=0)
        for row in own:
            parts.append(bar(row, y, row.per_second * scale, beside))
            y += BAR + GAP
        parts.append(f'<path d="M{LABELS + beside:.1f} {top}V{y - GAP}"/>')
        y += 28
    parts.append(f'<text class="quiet" x="0" y="{y - 6}">Requests per second, medians; the dashed line and ×: beside'
                 f" client_credentials of the same server{beside_others(rows)}.</text>")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 4}" role="img"'
            f' aria-label="Requests per second of each row"><style>{STYLE}</style>\n' + "\n".join(parts) + "\n</svg>\n")


def beside_others(rows):
    titles = {row.name: row.title for row in rows}
    others = sorted({titles[row.against] for row in rows if row.beside_another})
    return "; ×*: beside " + ", ".join(map(html.escape, others)) if others else ""


def bar(row, y, length, beside):
    kind = "bar" if row.keycloaks else "bar mint"
    said = f"{row.per_second:,.0f}/s" + (f" · {row.ratio:.2f}×" if row.ratio else "") + ("*" if row.beside_another else "")
    if row.wrong:
        said = "not valid"
    base = y + BAR - 5
    return (f'<text x="{LABELS - 8}" y="{base}" text-anchor="end">{html.escape(row.title)}</text>'
            f'<rect class="{kind}" x="{LABELS}" y="{y}" width="{max(1, length):.1f}" height="{BAR}" rx="2"/>'
            f'<text x="{LABELS + max(length, beside) + 8:.1f}" y="{base}">{said}</text>')


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.stdout.write(draw(results.read(sys.argv[1], sys.argv[2])))
