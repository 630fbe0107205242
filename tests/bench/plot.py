# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The results as one SVG picture: bars with their spread, a panel for each thing looked at."""
from xml.sax.saxutils import escape

import growth_part as growth
import packet_part as packet
import wire_part as wire

WIDTH, LABEL, BAR, GAP, TITLE = 980, 330, 16, 5, 34
OURS, OTHERS, LIMIT = "#1f6f54", "#8a94a0", "#c9ced4"


def color(name):
    if "empty" in name or name in ("XDP_PASS", "parse only"):
        return LIMIT
    return OURS if name.startswith(("directorgate", "stateless", "stateful")) else OTHERS


def is_growth_panel(row):
    return row not in ("empty program",)


def panels(results):
    """(title, unit, [(label, samples)]), most telling first."""
    wanted = {
        packet.PART: ["IPv4 opening", "IPv4 reply", "IPv4 data", "IPv4 unknown port", "IPv6 opening",
                      "IPv6 reply", f"IPv4 opening, {packet.SPREADS[-1]:,} sources"],
        wire.PART: [row for part, row, _ in results.cells if part == wire.PART],
    }
    for part, rows in wanted.items():
        for row in dict.fromkeys(rows):
            bars = [(candidate, samples) for (its, name, candidate), samples in results.cells.items()
                    if (its, name) == (part, row)]
            if bars:
                yield row, bars[0][1].unit, bars
    for metric in (growth.HOT, growth.SPREAD, growth.APPLY, growth.LOADER, growth.KERNEL):
        bars = [(row, samples) for (part, row, name), samples in results.cells.items()
                if part == growth.PART and name == metric and is_growth_panel(row)]
        if bars:
            yield f"growth: {metric}", bars[0][1].unit, [("directorgate, " + row, samples)
                                                         for row, samples in bars]


def bar(top, label, samples, scale):
    length, low, high = (max(1, value * scale) for value in
                         (samples.median, samples.low, samples.high))
    middle = top + BAR / 2
    value = f"{samples.median:,.0f}" if samples.median >= 1000 else f"{samples.median:.1f}"
    return (f'<text x="{LABEL - 8}" y="{middle + 4}" text-anchor="end">{escape(label)}</text>'
            f'<rect x="{LABEL}" y="{top}" width="{length:.1f}" height="{BAR}" fill="{color(label)}"/>'
            f'<line x1="{LABEL + low:.1f}" x2="{LABEL + high:.1f}" y1="{middle}" y2="{middle}" '
            f'stroke="#222" stroke-width="1.5"/>'
            f'<text x="{LABEL + max(length, high) + 6:.1f}" y="{middle + 4}">{value}</text>\n')


def write(path, values, results):
    body, top = [], 56
    for title, unit, bars in panels(results):
        scale = (WIDTH - LABEL - 110) / max(samples.high for _, samples in bars)
        body.append(f'<text x="8" y="{top + 18}" class="title">{escape(title)} ({escape(unit)})</text>\n')
        top += TITLE
        for label, samples in bars:
            body.append(bar(top, label, samples, scale))
            top += BAR + GAP
        top += 10
    caption = f"directorgate, {values['date'][:10]}, kernel {values['kernel']}, {values['cpu']}"
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top}" '
                   f'font-family="sans-serif" font-size="12">\n<style>.title{{font-weight:bold;'
                   f'font-size:14px}}</style>\n<rect width="{WIDTH}" height="{top}" fill="white"/>\n'
                   f'<text x="8" y="22" class="title">{escape(caption)}</text>\n'
                   f'<text x="8" y="42">medians; the line is where eight of ten rounds were</text>\n')
        file.writelines(body)
        file.write("</svg>\n")
