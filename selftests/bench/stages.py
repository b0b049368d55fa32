#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Where the instructions of a packet go: reads what profile.c wrote.

usage: stages.py [-m LEAST] [-o MARKDOWN] DIR

DIR has profile, kallsyms and bench.tsv (the names of the paths, in order).
Prints for each path its stages by stages.rules, compared with plain forwarding
the same way, and the tree of calls that cost LEAST instructions or more. The
stages go to MARKDOWN too. Copyright (C) 2026 The dgsec authors
"""
import argparse
import bisect
import os
import re
import sys

OTHER = "TUN, system calls"      # what nobody claims: they are outermost
HERE = os.path.dirname(os.path.abspath(__file__))


class Symbols:
    """Names of the kernel's addresses; userspace is one name."""

    def __init__(self, path):
        entries = []
        with open(path, encoding="ascii") as file:
            for line in file:
                field = line.split()
                if field[1] in "tTwW" and not field[2].startswith("__pfx_"):
                    module = field[3] if len(field) > 3 else ""
                    entries.append((int(field[0], 16), field[2] + module))
        entries.sort()
        self.addresses = [address for address, _ in entries]
        self.names = [name for _, name in entries]
        self.known = {}

    def __call__(self, address):
        if address not in self.known:
            name = "user"
            if address >> 63:
                name = self.names[bisect.bisect(self.addresses, address) - 1]
            self.known[address] = name
        return self.known[address]


def module(name):
    return name[name.index("["):] if "[" in name else ""


class Node:
    """A function in one chain of callers."""

    def __init__(self, name, parent, stage):
        self.name = name
        self.parent = parent
        self.stage = stage
        self.alone = 0
        self.children = {}

    def total(self):
        return self.alone + sum(child.total() for child in self.children.values())


class Profile:
    """One path: packets and the tree of calls, callers' stages inherited."""

    def __init__(self, packets, rules):
        self.packets = packets
        self.rules = rules
        self.root = Node("", None, OTHER)
        self.node = {0: self.root}
        self.functions = {}

    def child(self, parent, name):
        if name not in parent.children:
            parent.children[name] = Node(name, parent, self.stage(parent, name))
        return parent.children[name]

    def stage(self, parent, name):
        """By the rules, or else the caller's."""
        same_module = module(name) and module(name) == module(parent.name)
        for stage, fits, at_entry in self.rules:
            if fits(name) and not (at_entry and same_module):
                return stage
        return parent.stage

    def within(self, call, name):
        """The function @name reached in a call without another: by a jump."""
        node = self.node[call]
        return node if node.name == name else self.child(node, name)

    def stages(self):
        sums = {}
        todo = [self.root]
        while todo:
            node = todo.pop()
            sums[node.stage] = sums.get(node.stage, 0) + node.alone
            todo += node.children.values()
        return {stage: cost / self.packets for stage, cost in sums.items()}


def read_rules(path):
    rules = []
    with open(path, encoding="ascii") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                stage, expression = line.rstrip("\n").split("\t")
                at_entry = stage.startswith(">")
                rules.append((stage.lstrip(">"), re.compile(expression).fullmatch, at_entry))
    return rules


def read_profiles(path, symbols, rules):
    profiles = []
    with open(path, encoding="ascii") as file:
        for line in file:
            kind, *field = line.split()
            if kind == "path":
                profile = Profile(int(field[0]), rules)
                profiles.append(profile)
            elif kind == "call":
                name = symbols(int(field[3], 16))
                site = profile.within(int(field[1]), symbols(int(field[2], 16)))
                profile.node[int(field[0])] = profile.child(site, name)
            elif kind == "cost":
                node = profile.within(int(field[0]), symbols(int(field[1], 16)))
                node.alone += int(field[2])
    return profiles


def print_tree(node, packets, least, indent=""):
    for child in sorted(node.children.values(), key=Node.total, reverse=True):
        total = child.total() / packets
        if total < least:
            break
        print(f"{total:8.0f} {child.alone / packets:8.0f}  {child.stage:18}  {indent}{child.name}")
        print_tree(child, packets, least, indent + " ")


def table(title, names, columns, stages):
    """Markdown: a row for a stage, a column for a path."""
    lines = [f"| {title} | " + " | ".join(names) + " |",
             "|---|" + "---:|" * len(names)]
    for stage in stages:
        lines.append(f"| {stage} | " + " | ".join(f"{c.get(stage, 0):,.0f}" for c in columns) + " |")
    lines.append("| **sum** | " + " | ".join(f"**{sum(c.values()):,.0f}**" for c in columns) + " |")
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-m", type=int, default=100, metavar="LEAST")
    parser.add_argument("-o", metavar="MARKDOWN")
    parser.add_argument("dir")
    args = parser.parse_args()

    rules = read_rules(os.path.join(HERE, "stages.rules"))
    symbols = Symbols(os.path.join(args.dir, "kallsyms"))
    profiles = read_profiles(os.path.join(args.dir, "profile"), symbols, rules)
    with open(os.path.join(args.dir, "bench.tsv"), encoding="ascii") as file:
        lines = [line.split("\t") for line in file if line.startswith("packet\t")]
    if len(lines) != len(profiles):
        sys.exit(f"stages.py: {len(profiles)} profiles of {len(lines)} paths")
    found = {}
    for line, profile in zip(lines, profiles):
        # what was counted as one is a burst
        profile.packets *= int(line[6]) or 1
        found[line[1], line[2]] = profile
    order = list(dict.fromkeys(rule[0] for rule in rules))
    markdown = []
    for way in ("in", "out"):
        plain = found[("forwarding", way)].stages()
        names, columns = ["forwarding"], [plain]
        for (name, direction), profile in found.items():
            if direction == way and name != "forwarding":
                mine = profile.stages()
                names += [name, "more"]
                columns += [mine, {s: mine.get(s, 0) - plain.get(s, 0) for s in order}]
        markdown += table(way, names, columns, order) + [""]
    print("\n".join(markdown))
    if args.o:
        with open(args.o, "w", encoding="ascii") as file:
            file.write("\n".join(markdown))
    for (name, direction), profile in found.items():
        total = profile.root.total() / profile.packets
        print(f"== {name} {direction}: {total:.0f} instructions for a packet (mean of {profile.packets})")
        print("\nwith calls    alone  stage               call")
        print_tree(profile.root, profile.packets, args.m)
        print()


if __name__ == "__main__":
    main()
