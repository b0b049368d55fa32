# SPDX-License-Identifier: GPL-2.0
# The tables of results.sh, in Markdown: NAME.md, and all to the standard output.
# Copyright (C) 2026 The dgsec authors

function label(p)
{
	if (path[p] == OURS)
		return "dgsec, DTLS 1.2, " cipher[p]
	return path[p] in labels ? labels[path[p]] : path[p]
}

BEGIN {
	labels["forwarding"] = "plain IPv6 forwarding"
	labels["esp"] = "kernel ESP"
	labels["esp+dgsec_ccm"] = "kernel ESP on dgsec_ccm"
	labels["wireguard"] = "WireGuard"
	labels["relay"] = "relay, no security"
	labels["relay-mbedtls"] = "relay, mbedTLS"
	labels["relay-gnutls"] = "relay, GnuTLS"
}

# The value of packet @p that the series by @x goes along, "" if it is not of it
function along(p, x)
{
	if (x == "payload")
		return peers[p] == 1 && !burst[p] ? payload[p] : ""
	if (x == "peers")
		return payload[p] == PAYLOAD && !burst[p] ? peers[p] : ""
	return peers[p] == 1 && payload[p] == PAYLOAD && burst[p] ? burst[p] : ""
}

# Sets line[1] to line[lines], labels; at[label, way, value], packets;
# points[label, way], how many; and column[1] to column[columns], all values.
function collect(x,	p, value, name, known)
{
	lines = columns = 0
	split("", line)
	split("", at)
	split("", points)
	split("", column)
	for (p = 1; p <= packets; p++) {
		value = along(p, x)
		if (value == "")
			continue
		name = label(p)
		if (!((name, "line") in known)) {
			known[name, "line"]
			line[++lines] = name
		}
		if (!((value, "column") in known)) {
			known[value, "column"]
			column[++columns] = value
		}
		if (!((name, way[p], value) in at))
			points[name, way[p]]++
		at[name, way[p], value] = p
	}
	sort(column, columns)
}

# One more row, the first the head: cells with " | " between them
function row(cells,	n, parts, rule)
{
	table = table "| " cells " |\n"
	if (table_rows++)
		return
	rule = "|---|"
	for (n = split(cells, parts, / \| /); n > 1; n--)
		rule = rule "---:|"
	table = table rule "\n"
}

function finish_table(name,	file)
{
	file = name ".md"
	printf "%s", table >file
	close(file)
	print table
	table = ""
	table_rows = 0
}

function cells_of_way(p)
{
	return commas(cost[p]) " | " (p in over ? commas(over[p]) : "-")
}

function table_paths(	i, name)
{
	collect("payload")
	row("payload of " PAYLOAD " octets | in | over forwarding | out | over forwarding")
	for (i = 1; i <= lines; i++) {
		name = line[i]
		if ((name, "in", PAYLOAD) in at && (name, "out", PAYLOAD) in at)
			row(name " | " cells_of_way(at[name, "in", PAYLOAD]) " | " cells_of_way(at[name, "out", PAYLOAD]))
	}
	finish_table("paths")
}

# Instructions over forwarding, of forwarding itself all
function cell(name, direction, value,	p)
{
	if (!((name, direction, value) in at))
		return "-"
	p = at[name, direction, value]
	return commas(path[p] == BASE ? cost[p] : p in over ? over[p] : 0)
}

# The series by @x, in / out
function table_by(x, name, title,	i, j, cells)
{
	collect(x)
	cells = title
	for (j = 1; j <= columns; j++)
		cells = cells " | " commas(column[j])
	row(cells)
	for (i = 1; i <= lines; i++) {
		# one point of many is in another table
		if (columns > 1 && points[line[i], "in"] < 2 && points[line[i], "out"] < 2)
			continue
		cells = line[i] (line[i] == labels[BASE] ? ", all" : "")
		for (j = 1; j <= columns; j++)
			cells = cells " | " cell(line[i], "in", column[j]) " / " cell(line[i], "out", column[j])
		row(cells)
	}
	finish_table(name)
}

function table_memory(	m, i, j, n, count, counts, kinds, kind, find, known, cells)
{
	for (m = 1; m <= memories; m++) {
		find[memory_what[m], memory_peers[m]] = m
		if (!((memory_peers[m], "peers") in known)) {
			known[memory_peers[m], "peers"]
			count[++counts] = memory_peers[m]
		}
		if (!((memory_what[m], "what") in known)) {
			known[memory_what[m], "what"]
			kind[++kinds] = memory_what[m]
		}
	}
	sort(count, counts)
	cells = "octets for an association with its peer (objects)"
	for (j = 1; j <= counts; j++)
		cells = cells " | " commas(count[j])
	row(cells)
	for (i = 1; i <= kinds; i++) {
		cells = kind[i]
		for (j = 1; j <= counts; j++) {
			m = (kind[i], count[j]) in find ? find[kind[i], count[j]] : 0
			n = m && memory_objects[m] + 0 ? sprintf(" (%.2f)", memory_objects[m]) : ""
			cells = cells " | " (m ? commas(memory_octets[m]) n : "-")
		}
		row(cells)
	}
	finish_table("memory")
}

# A row for one implementation and operation, if there is a figure for any payload
function row_ccm(name, operation, unit, size, sizes,	i, c, key, cells, found)
{
	cells = name ", " operation ", " unit
	for (i = 1; i <= sizes; i++) {
		key = name FS operation FS size[i]
		c = key in ccm_of ? ccm_of[key] : 0
		cells = cells " | " ((c, unit) in ccm_ratio ? \
			sprintf("%s (%.1f)", commas(ccm_cost[c, unit]), ccm_ratio[c, unit]) : "-")
	}
	for (c = 1; c <= ccms && !found; c++)
		found = ccm_name[c] == name && ccm_operation[c] == operation && (c, unit) in ccm_spread
	if (found)
		row(cells)
}

function table_ccm(	c, i, j, name, names, known, size, sizes, unit)
{
	sizes = split("16 60 64 256 512 1024", size, " ")
	split("ticks instructions", unit, " ")
	row("AES-128-CCM-8 alone (ratio to dgsec_ccm) | 16 | 60 | 64 | 256 | 512 | 1024")
	for (c = 1; c <= ccms; c++) {
		if (!(ccm_name[c] in known)) {
			known[ccm_name[c]]
			name[++names] = ccm_name[c]
		}
	}
	for (i = 1; i <= 2; i++) {
		for (j = 1; j <= names; j++) {
			row_ccm(name[j], "seal", unit[i], size, sizes)
			row_ccm(name[j], "open", unit[i], size, sizes)
		}
	}
	finish_table("ccm")
}

function write_tables()
{
	table_paths()
	table_by("payload", "payload", "octets of payload, in / out")
	table_by("peers", "associations", "associations, in / out")
	table_memory()
	table_by("burst", "burst", "packets together, in / out")
	table_ccm()
}
