#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Judges what bench.sh has measured, and makes results.json, tables and plots.

usage: results.py DIR

DIR has bench.tsv, of run.sh, and ccm.tsv, of ccm-time. Prints the tables and
what is wrong; status 1 if anything is. Copyright (C) 2026 The dgsec authors

results.json, format 1; what is not there does not apply:
  format, kernel, full
  packets  path direction cipher payload peers burst: what was measured; no
           burst: one packet at a time. instructions: for a packet, the middle of
           all rounds' medians; over_forwarding: the same less plain forwarding's;
           least, mean: of all packets; rounds; spread: between rounds, percent
  memory   path cipher peers, what: a slab or "large", "percpu", "vmalloc",
           "slab pages", "objects" (all slabs), "all" (pages of every kind);
           objects, octets: for each peer
  ccm      implementation operation payload; ticks (of the time stamp counter),
           ticks_spread (between quartiles, percent), ticks_ratio (to
           dgsec_ccm); the same of instructions
"""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FORMAT = 1
BASE = "forwarding"
OURS = "dgsec-dtls12"
CIPHERS = {BASE: None, "relay": None, "wireguard": "chacha20-poly1305"}
# Its workers run when the scheduler lets them.
TOLERANCE = {"wireguard": 10}
TOLERANCE_DEFAULT = 1
WAITS_MAX = 1           # percent of the packets
PAYLOAD = 60            # of the main table
CIPHER = "aes-128-ccm-8"

failures = []


def fail(text):
    failures.append(text)


def rows(path, kind):
    with open(path, encoding="ascii") as file:
        for line in file:
            field = line.rstrip("\n").split("\t")
            if field[0] == kind:
                yield field[1:]


def read_packets(path):
    """All rounds of each measurement, by what was measured."""
    found = {}
    for name, way, cipher, payload, peers, burst, count, waits, *cost in rows(path, "packet"):
        key = (name, way, CIPHERS.get(name, cipher), int(payload), int(peers), int(burst))
        found.setdefault(key, []).append([int(c) for c in cost])
        if int(waits) * 100 > int(count) * WAITS_MAX:
            fail(f"{' '.join(str(k) for k in key)}: the bench had to wait for {waits} of {count} packets, "
                 "which is in the figures")
    return found


def summarise(found):
    packets = []
    for key, rounds in found.items():
        name, way, cipher, payload, peers, burst = key
        medians = sorted(median for _, median, _ in rounds)
        spread = (medians[-1] - medians[0]) * 100 / medians[0]
        tolerance = TOLERANCE.get(name, TOLERANCE_DEFAULT)
        if len(medians) < 2:
            fail(f"{' '.join(str(k) for k in key)}: one round shows nothing of how it repeats")
        if spread > tolerance:
            fail(f"{' '.join(str(k) for k in key)}: does not repeat within {tolerance} %: "
                 f"from {medians[0]} to {medians[-1]} instructions in one boot")
        entry = {"path": name, "direction": way, "cipher": cipher, "payload": payload, "peers": peers}
        if burst:
            entry["burst"] = burst
        entry["instructions"] = medians[len(medians) // 2]
        entry["least"] = min(least for least, _, _ in rounds)
        entry["mean"] = sum(mean for _, _, mean in rounds) // len(rounds)
        entry["rounds"] = len(rounds)
        entry["spread"] = round(spread, 2)
        packets.append(entry)
    base = {place(p): p["instructions"] for p in packets if p["path"] == BASE}
    for p in packets:
        if place(p) in base:
            p["over_forwarding"] = p["instructions"] - base[place(p)]
        else:
            fail(f"{p['path']} {p['direction']} {place(p)}: no forwarding to compare it with")
    return packets


def place(p):
    return p["direction"], p["payload"], p["peers"], p.get("burst", 0)


def judge(packets):
    """dgsec is for being cheaper than what the kernel has already."""
    ours = [p for p in packets if p["path"] == OURS]
    if not ours:
        fail("no result for dgsec")
    esp = [p for p in packets if p["path"].startswith("esp")]
    for mine in ours:
        for other in esp:
            if place(mine) == place(other) and mine["cipher"] == other["cipher"] and \
               mine["instructions"] >= other["instructions"]:
                fail(f"{OURS} {mine['direction']} {mine['cipher']} {mine['payload']} costs {mine['instructions']}, "
                     f"not below the {other['instructions']} of {other['path']}")


def read_memory(path):
    memory = {}
    for name, cipher, peers, what, objects, octets in rows(path, "memory"):
        # the last round stands: the kernel's caches are warm then
        memory[name, cipher, int(peers), what] = {
            "path": name, "cipher": cipher, "peers": int(peers), "what": what,
            "objects": float(objects), "octets": float(octets)}
    return list(memory.values())


def read_ccm(paths):
    ccm = {}
    for path in paths:
        for name, operation, payload, unit, low, middle, high in rows(path, "ccm"):
            entry = ccm.setdefault((name, operation, int(payload)), {
                "implementation": name, "operation": operation, "payload": int(payload)})
            entry[unit] = int(middle)
            entry[unit + "_spread"] = round((int(high) - int(low)) * 100 / int(middle), 1)
    for (name, operation, payload), entry in ccm.items():
        for unit in ("ticks", "instructions"):
            if unit in entry:
                ours = ccm["dgsec_ccm", operation, payload][unit]
                entry[unit + "_ratio"] = round(entry[unit] / ours, 2)
    return list(ccm.values())


def write_json(path, results):
    """One line for each entry, so that two files can be compared by lines."""
    parts = []
    for key, value in results.items():
        if isinstance(value, list):
            body = ",\n".join("  " + json.dumps(entry) for entry in value)
            parts.append(f'"{key}": [\n{body}\n]')
        else:
            parts.append(f'"{key}": {json.dumps(value)}')
    with open(path, "w", encoding="ascii") as file:
        file.write("{\n" + ",\n".join(parts) + "\n}\n")


# ---- tables -------------------------------------------------------------------

def label(p):
    if p["path"] == OURS:
        return f"dgsec, DTLS 1.2, {p['cipher']}"
    return {"forwarding": "plain IPv6 forwarding", "esp": "kernel ESP",
            "esp+dgsec_ccm": "kernel ESP on dgsec_ccm", "wireguard": "WireGuard",
            "relay": "relay, no security", "relay-mbedtls": "relay, mbedTLS",
            "relay-gnutls": "relay, GnuTLS"}.get(p["path"], p["path"])


def markdown(head, body):
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    lines += ["| " + " | ".join(f"{c:,}" if isinstance(c, int) else str(c) for c in row) + " |" for row in body]
    return "\n".join(lines) + "\n"


def series(packets, x, **fixed):
    """{label: {way: {x: packet}}}, of the packets that agree with @fixed."""
    found = {}
    for p in packets:
        if all(p.get(k) == v for k, v in fixed.items()) and x in p:
            found.setdefault(label(p), {}).setdefault(p["direction"], {})[p[x]] = p
    return found


def table_paths(packets):
    body = []
    for name, ways in series(packets, "payload", payload=PAYLOAD, peers=1, burst=None).items():
        if len(ways) == 2:
            way_in, way_out = ways["in"][PAYLOAD], ways["out"][PAYLOAD]
            body.append([name, way_in["instructions"], way_in.get("over_forwarding", "-"),
                         way_out["instructions"], way_out.get("over_forwarding", "-")])
    return markdown([f"payload of {PAYLOAD} octets", "in", "over forwarding", "out", "over forwarding"], body)


def table_by(packets, x, title, **fixed):
    """Instructions over forwarding by @x, in / out; forwarding itself as it is."""
    found = series(packets, x, **fixed)
    columns = sorted({value for ways in found.values() for values in ways.values() for value in values})
    body = []
    for name, ways in found.items():
        if len(columns) > 1 and all(len(values) == 1 for values in ways.values()):
            continue
        what = "instructions" if name == "plain IPv6 forwarding" else "over_forwarding"
        body.append([name + ("" if what == "over_forwarding" else ", all")] + [
            " / ".join(f"{ways[way][c].get(what, 0):,}" if c in ways.get(way, {}) else "-" for way in ("in", "out"))
            for c in columns])
    return markdown([title] + [f"{c:,}" for c in columns], body)


def table_memory(memory):
    counts = sorted({m["peers"] for m in memory})
    names = list(dict.fromkeys(m["what"] for m in memory))
    find = {(m["what"], m["peers"]): m for m in memory}
    body = []
    for name in names:
        cells = []
        for count in counts:
            m = find.get((name, count))
            objects = f" ({m['objects']:.1f})" if m and m["objects"] else ""
            cells.append(f"{m['octets']:,.0f}{objects}" if m else "-")
        body.append([name] + cells)
    return markdown(["octets for an association with its peer (objects)"] + [f"{c:,}" for c in counts], body)


def table_ccm(ccm):
    sizes = [16, 60, 64, 256, 512, 1024]
    body = []
    for unit in ("ticks", "instructions"):
        for name in dict.fromkeys(c["implementation"] for c in ccm):
            for operation in ("seal", "open"):
                mine = {c["payload"]: c for c in ccm
                        if c["implementation"] == name and c["operation"] == operation and unit in c}
                if mine:
                    body.append([f"{name}, {operation}, {unit}"] + [
                        f"{mine[s][unit]:,} ({mine[s][unit + '_ratio']:.1f})" if s in mine else "-" for s in sizes])
    return markdown(["AES-128-CCM-8 alone (ratio to dgsec_ccm)"] + [str(s) for s in sizes], body)


# ---- plots --------------------------------------------------------------------

# Line styles of plots.gp
STYLES = {"kernel ESP": 1, "kernel ESP on dgsec_ccm": 2, "WireGuard": 3, "relay, no security": 4,
          "relay, mbedTLS": 5, "relay, GnuTLS": 6, f"dgsec, DTLS 1.2, {CIPHER}": 7}
STYLE_OTHER = 8


def write_lines(directory, name, lines):
    """A block of gnuplot's for each line: its title, then x and y. And their styles."""
    with open(os.path.join(directory, f"{name}.dat"), "w", encoding="ascii") as file:
        for title, _, points in lines:
            file.write(f'"{title}"\n')
            for x, p in sorted(points.items()):
                file.write(f"{x} {p['over_forwarding']}\n")
            file.write("\n\n")
    with open(os.path.join(directory, f"{name}.styles"), "w", encoding="ascii") as file:
        file.write(" ".join(str(style) for _, style, _ in lines) + "\n")


def lines_by(found, way):
    """The paths that were measured at more than one point."""
    other = STYLE_OTHER
    lines = []
    for line, ways in found.items():
        if len(ways.get(way, {})) < 2:
            continue
        style = STYLES.get(line)
        if not style:
            style = other
            other += 1
        lines.append((line.replace("aes-", "").replace(" 1.2", ""), style, ways[way]))
    return lines


def plot(directory, packets):
    one = [p for p in packets if p["path"] != BASE and "over_forwarding" in p]
    top = {}
    for name, x, fixed in (("payload", "payload", {"peers": 1, "burst": None}),
                           ("burst", "burst", {"peers": 1, "payload": PAYLOAD})):
        found = series(one, x, **fixed)
        lines = {way: lines_by(found, way) for way in ("in", "out")}
        for way in ("in", "out"):
            write_lines(directory, f"{name}-{way}", lines[way])
        # both ways on the same scale
        top[name] = max((p["over_forwarding"] for way in lines.values() for _, _, points in way
                         for p in points.values()), default=0)
    found = series(one, "peers", payload=PAYLOAD, burst=None, cipher=CIPHER)
    lines = [(f"dgsec, {way}", 7 if way == "in" else 8, points)
             for way, points in found.get(f"dgsec, DTLS 1.2, {CIPHER}", {}).items()]
    # one association of ESP, to see how much is much
    for way, style in (("in", 1), ("out", 2)):
        esp = found.get("kernel ESP", {}).get(way, {}).get(1)
        if esp and lines:
            lines.append((f"kernel ESP, {way}, one association", style, dict.fromkeys(lines[0][2], esp)))
    write_lines(directory, "associations", lines)
    if not lines or not all(top.values()):
        print("bench: too few figures for plots")
        return
    subprocess.run(["gnuplot", "-e", f"payload_top={top['payload']}; burst_top={top['burst']}",
                    os.path.join(HERE, "plots.gp")], cwd=directory, check=True)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    directory = sys.argv[1]
    tsv = os.path.join(directory, "bench.tsv")
    packets = summarise(read_packets(tsv))
    judge(packets)
    memory = read_memory(tsv)
    ccm = read_ccm([os.path.join(directory, "ccm.tsv"), tsv])
    full = len({p["payload"] for p in packets}) > 2
    write_json(os.path.join(directory, "results.json"), {
        "format": FORMAT, "kernel": next(rows(tsv, "kernel"))[0], "full": full,
        "packets": packets, "memory": memory, "ccm": ccm})
    tables = {
        "paths": table_paths(packets),
        "payload": table_by(packets, "payload", "octets of payload, in / out", peers=1, burst=None),
        "associations": table_by(packets, "peers", "associations, in / out", payload=PAYLOAD, burst=None),
        "memory": table_memory(memory),
        "burst": table_by(packets, "burst", "packets together, in / out", peers=1, payload=PAYLOAD),
        "ccm": table_ccm(ccm),
    }
    for name, text in tables.items():
        with open(os.path.join(directory, f"{name}.md"), "w", encoding="ascii") as file:
            file.write(text)
        print(text)
    if not failures:
        plot(directory, packets)
    for text in failures:
        print(f"bench: FAIL: {text}")
    if failures:
        sys.exit(1)
    print("bench: ok")


if __name__ == "__main__":
    main()
