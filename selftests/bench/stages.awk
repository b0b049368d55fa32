# SPDX-License-Identifier: GPL-2.0
# Reads names (address name) and then what profile.c wrote; prints for each path
# the calls that cost most and the functions that cost more than they do in
# plain forwarding. Variables: least, top, titles.

function inclusive(id,    i, n, list, sum)
{
	if (id in total)
		return total[id]
	sum = self[id]
	n = split(children[id], list, " ")
	for (i = 1; i <= n; i++)
		sum += inclusive(list[i])
	return total[id] = sum
}

# Children in the order of their cost. mawk sorts nothing by itself.
function tree(id, indent,    i, j, n, t, list)
{
	n = split(children[id], list, " ")
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && inclusive(list[j - 1]) < inclusive(list[j]); j--) {
			t = list[j]; list[j] = list[j - 1]; list[j - 1] = t
		}
	for (i = 1; i <= n; i++) {
		if (inclusive(list[i]) < least * packets[mark])
			break
		printf "%8.0f %8.0f  %s%s\n", inclusive(list[i]) / packets[mark],
			self[list[i]] / packets[mark], indent, entry[list[i]]
		tree(list[i], indent " ")
	}
}

function flat(    name, base, n, i, j, t, list, over)
{
	# Path 1 is forwarding in, 2 is out, and so on in turn.
	base = mark % 2 ? 1 : 2
	for (name in seen) {
		over[name] = cost[mark, name] / packets[mark]
		if (base in packets)
			over[name] -= cost[base, name] / packets[base]
		if (over[name] < 1)
			continue
		list[++n] = name
		for (j = n; j > 1 && over[list[j - 1]] < over[list[j]]; j--) {
			t = list[j]; list[j] = list[j - 1]; list[j - 1] = t
		}
	}
	for (i = 1; i <= n && i <= top; i++)
		printf "%8.0f %8.0f  %s\n", over[list[i]],
			cost[mark, list[i]] / packets[mark], list[i]
}

FNR == 1 {
	file++
}
file == 1 {
	name[$1] = $2
	next
}
$1 == "packets" {
	packets[$2] = $3
}
$1 == "piece" {
	cost[$2, name[$3]] += $4
	sum[$2] += $4
	seen[name[$3]]
}
$1 == "call" {
	calls[$2] = calls[$2] "\n" $3 " " $4 " " name[$5] " " $6
}
END {
	split(titles, title, ",")
	for (mark = 1; mark <= 7; mark++) {
		if (!(mark in packets))
			continue
		printf "\n== %s: %.0f instructions for a packet (mean of %d)\n", title[mark],
			sum[mark] / packets[mark], packets[mark]
		split("", self); split("", total); split("", children); split("", entry)
		n = split(calls[mark], line, "\n")
		for (i = 1; i <= n; i++) {
			if (split(line[i], f, " ") != 4)
				continue
			self[f[1]] += f[4]
			entry[f[1]] = f[3]
			if (f[1])
				children[f[2]] = children[f[2]] " " f[1]
		}
		printf "\nwith calls    alone  call (at least %d with what it calls)\n", least
		tree(0, "")
		if (mark > 2) {
			printf "\n    over forwarding\n             in all  function\n"
			flat()
		}
	}
}
