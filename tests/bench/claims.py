# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the speed must be: each claim with its figure, its bound, and whether it holds."""
import growth_part as growth
import packet_part as packet
import wire_part as wire

XDP_FILTER = ("xdp-filter denies", "xdp-filter allows")


class Claim:
    """`figure` makes the number of the results, or raises KeyError when a quick run lacks them."""

    def __init__(self, text, bound, unit, figure, at_least=False):
        self.text, self.bound, self.unit, self.at_least = text, bound, unit, at_least
        self.figure = figure

    def judge(self, results):
        try:
            figure = self.figure(results)
        except KeyError:
            return {"claim": self.text, "figure": None, "bound": self.bound, "unit": self.unit,
                    "must": ">=" if self.at_least else "<=", "holds": None}
        holds = figure >= self.bound if self.at_least else figure <= self.bound
        return {"claim": self.text, "figure": round(figure, 4), "bound": self.bound,
                "unit": self.unit, "must": ">=" if self.at_least else "<=", "holds": holds}


def filter_ns(results, row):
    """Of xdp-filter's two policies the cheaper one."""
    return min(results.median(packet.PART, row, candidate) for candidate in XDP_FILTER)


def against_filter(candidate, rows):
    """The worst of the rows."""
    return lambda results: max(results.median(packet.PART, row, candidate) / filter_ns(results, row)
                               for row in rows)


def without_wrapper(results, part, row, candidate, empty_row, empty="empty"):
    """A packet's time less what taking the next address costs."""
    wrapper = results.median(part, empty_row, empty)
    return results.median(part, row, candidate) - wrapper


def first_packet(results):
    row = f"IPv4 opening, {packet.SPREADS[-1]:,} sources"
    bare = results.median(packet.PART, "IPv4 opening", "empty")
    ours = without_wrapper(results, packet.PART, row, packet.FIRST_PACKETS, row) + bare
    others = min(without_wrapper(results, packet.PART, row, candidate, row)
                 for candidate in XDP_FILTER) + bare
    return ours / others


def unknown_port(results):
    return max(results.median(packet.PART, f"IPv{family} unknown port", candidate) -
               results.median(packet.PART, f"IPv{family} opening", "empty")
               for family in (4, 6) for candidate in ("stateless", packet.AGAIN))


def hot_growth(results):
    return max(results.median(growth.PART, f"1,000,000 IPv4 {kind}", growth.HOT)
               for kind in ("hosts", "subnets")) / \
        results.median(growth.PART, growth.PAGE, growth.HOT)


def against_lpm(results):
    row = "1,000,000 IPv4 hosts"
    bare = results.median(growth.PART, "empty program", growth.HOT)
    times = [without_wrapper(results, growth.PART, row, candidate, "empty program", growth.SPREAD) +
             bare for candidate in (growth.SPREAD, "LPM tries, " + growth.SPREAD)]
    return times[0] / times[1]


def metric(row, name):
    return lambda results: results.median(growth.PART, row, name)


def worst(rows, name):
    return lambda results: max(results.median(growth.PART, row, name) for row in rows)


def ratio(part, row, name, others):
    """Ours to the best of the others that this machine has."""
    def figure(results):
        medians = [results.median(part, row, other) for other in others
                   if results.has(part, row, other)]
        if not medians:
            raise KeyError(row)
        return results.median(part, row, name) / max(medians)

    return figure


def dropped(row, others):
    return ratio(wire.PART, f"{wire.DROPPED}: {row}", "directorgate", others)


def forwarded(row):
    return ratio(wire.PART, row, "directorgate", ["XDP_PASS"])


def per_interface(results):
    return (results.median(growth.PART, "8 interfaces", growth.KERNEL) -
            results.median(growth.PART, growth.PAGE, growth.KERNEL)) / 7 * 1024


def export_and_status(results):
    return max(results.median(growth.PART, "10,000 rules", name)
               for name in (growth.EXPORT, growth.STATUS))


PORT, SOURCE = wire.DROPS
LARGE = [f"1,000,000 IPv4 {kind}" for kind in ("hosts", "subnets")]
MIDDLE = ["100,000 IPv4 hosts", "100,000 IPv4 subnets"]
KNOWN = packet.KNOWN_FLOW

CLAIMS = [
    Claim("stateless, a packet that passes, to xdp-filter", 1.0, "x",
          against_filter("stateless", ["IPv4 opening", "IPv4 reply"])),
    Claim("stateful, known flow, both directions, to xdp-filter", 1.1, "x",
          against_filter(KNOWN, ["IPv4 data", "IPv4 reply"])),
    Claim("the same in IPv6", 1.4, "x", against_filter(KNOWN, ["IPv6 data", "IPv6 reply"])),
    Claim("stateful, first packet of a connection, to xdp-filter", 2.2, "x", first_packet),
    Claim("packet to a port that no rule names, above the empty program", 8, "ns", unknown_port),
    Claim("same packet, 1,000,000 prefixes to 10", 1.5, "x", hot_growth),
    Claim("1,000,000 sources over 1,000,000 prefixes, to LPM tries", 0.25, "x", against_lpm),
    Claim("same packet, 10,000 rules to 19", 1.2, "x", lambda results:
          results.median(growth.PART, "10,000 rules", growth.HOT) /
          results.median(growth.PART, growth.PAGE, growth.HOT)),
    Claim("dropped through veth, port that no rule names, to XDP_DROP", 0.85, "x",
          dropped(PORT, ["empty XDP_DROP"]), True),
    Claim("the same, to the best nftables or iptables form", 4, "x",
          dropped(PORT, wire.RIVAL_FORMS), True),
    Claim("dropped through veth, named port, source of no role, to XDP_DROP", 0.6, "x",
          dropped(SOURCE, ["empty XDP_DROP"]), True),
    Claim("the same, to the best nftables or iptables form", 3, "x",
          dropped(SOURCE, wire.RIVAL_FORMS), True),
    Claim("forwarded between two veths, to XDP_PASS", 0.9, "x", forwarded(wire.FORWARD_ROW), True),
    Claim("iperf3 throughput, to XDP_PASS", 0.95, "x", forwarded(wire.THROUGHPUT_ROW), True),
    Claim("requests answered, to XDP_PASS", 0.95, "x", forwarded(wire.REQUEST_ROW), True),
    Claim("apply, page's policy, one interface, unchanged", 20, "ms",
          metric(growth.PAGE, growth.UNCHANGED)),
    Claim("apply, page's policy, one interface, changed", 60, "ms",
          metric(growth.PAGE, growth.APPLY)),
    Claim("apply, eight interfaces, changed", 300, "ms", metric("8 interfaces", growth.APPLY)),
    Claim("apply, 100,000 prefixes", 500, "ms", worst(MIDDLE, growth.APPLY)),
    Claim("apply, 1,000,000 prefixes", 3000, "ms", worst(LARGE, growth.APPLY)),
    Claim("loader peak, 1,000,000 prefixes", 1024, "MiB", worst(LARGE, growth.LOADER)),
    Claim("rule entries, 10,000 rules from any to a host", 20000, "",
          metric("10,000 rules", growth.ENTRIES)),
    Claim("kernel memory, page's policy, flow tables aside", 4, "MiB",
          metric(growth.PAGE, growth.KERNEL)),
    Claim("kernel memory, 1,000,000 random IPv4 hosts", 128, "MiB",
          metric("1,000,000 IPv4 hosts", growth.KERNEL)),
    Claim("kernel memory, 100,000 random IPv6 /64, or hosts", 32, "MiB",
          worst(["100,000 IPv6 /64", "100,000 IPv6 hosts"], growth.KERNEL)),
    Claim("kernel memory, each further interface", 512, "KiB", per_interface),
    Claim("export and status, 10,000 rules", 50, "ms", export_and_status),
]


def judge_all(results):
    return [claim.judge(results) for claim in CLAIMS]
