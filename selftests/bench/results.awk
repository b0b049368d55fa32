# SPDX-License-Identifier: GPL-2.0
# Judges the lines of bench.tsv and ccm.tsv, and writes results.json, for
# results.sh. Copyright (C) 2026 The dgsec authors
#
# results.json, format 1; what is not there does not apply:
#   format, kernel, full
#   packets  path direction cipher payload peers burst: what was measured; no
#            burst: one packet at a time. instructions: for a packet, the middle of
#            all rounds' medians; over_forwarding: the same less plain forwarding's;
#            least, mean: of all packets; rounds; spread: between rounds, percent
#   memory   path cipher peers, what: a slab or "large", "percpu", "vmalloc",
#            "slab pages", "objects" (all slabs), "all" (pages of every kind);
#            objects, octets: for each peer
#   ccm      implementation operation payload; ticks (of the time stamp counter),
#            ticks_spread (between quartiles, percent), ticks_ratio (to
#            dgsec_ccm); the same of instructions
#
# Arrays have an element for each entry, in the order of the entries' first lines:
# path[], way[], cipher[], ... 1 to packets; memory_*[] 1 to memories; ccm_*[] 1 to
# ccms. A cipher that does not apply is "".

BEGIN {
	BASE = "forwarding"
	OURS = "dgsec-dtls12"
	CIPHER = "aes-128-ccm-8"	# of the plots
	PAYLOAD = 60			# of the main table
	WAITS_MAX = 1			# percent of the packets
	TOLERANCE = 1			# percent, between rounds
	# Its workers run when the scheduler lets them.
	tolerances["wireguard"] = 10
	# Whatever bench-path was told with -c
	fixed_cipher[BASE] = fixed_cipher["relay"] = ""
	fixed_cipher["wireguard"] = "chacha20-poly1305"
}

# Goes on, to tell all that is wrong.
function fail(text)
{
	failure[++failures] = text
}

# A line that no part of the bench writes: nothing can be said of the rest.
function check_line(fields, first_number,	i)
{
	for (i = first_number; i <= fields && $i ~ /^-?[0-9]+(\.[0-9]+)?$/; i++)
		continue
	if (NF == fields && i > fields)
		return
	print "bench: FAIL: " FILENAME ":" FNR ": not a line of the bench: " $0
	broken = 1
	exit 1
}

$1 == "kernel" && kernel == "" { kernel = $2 }

# packet PATH DIRECTION CIPHER PAYLOAD PEERS BURST COUNT WAITS LEAST MEDIAN MEAN
$1 == "packet" {
	check_line(12, 5)
	c = $2 in fixed_cipher ? fixed_cipher[$2] : $4
	key = $2 FS $3 FS c FS $5 FS $6 FS $7
	if (!(key in packet_of)) {
		p = packet_of[key] = ++packets
		path[p] = $2
		way[p] = $3
		cipher[p] = c
		payload[p] = $5 + 0
		peers[p] = $6 + 0
		burst[p] = $7 + 0
		place[p] = $3 FS $5 FS $6 FS $7
		least[p] = $10 + 0
		if (!($5 in payload_seen)) {
			payload_seen[$5]
			payloads++
		}
	}
	p = packet_of[key]
	median[p, ++rounds[p]] = $11 + 0
	mean_sum[p] += $12
	if ($10 + 0 < least[p])
		least[p] = $10 + 0
	if ($9 * 100 > $8 * WAITS_MAX)
		fail(describe(p) ": the bench had to wait for " $9 " of " $8 " packets, which is in the figures")
}

# memory PATH CIPHER PEERS WHAT OBJECTS OCTETS
$1 == "memory" {
	check_line(7, 6)
	key = $2 FS $3 FS $4 FS $5
	if (!(key in memory_of))
		memory_of[key] = ++memories
	m = memory_of[key]
	memory_path[m] = $2
	memory_cipher[m] = $3
	memory_peers[m] = $4 + 0
	memory_what[m] = $5
	# the last round stands: the kernel's caches are warm then
	memory_objects[m] = $6
	memory_octets[m] = $7
}

# ccm IMPLEMENTATION OPERATION PAYLOAD UNIT LOW MIDDLE HIGH
$1 == "ccm" {
	check_line(8, 6)
	key = $2 FS $3 FS $4
	if (!(key in ccm_of)) {
		c = ccm_of[key] = ++ccms
		ccm_name[c] = $2
		ccm_operation[c] = $3
		ccm_payload[c] = $4 + 0
	}
	c = ccm_of[key]
	ccm_cost[c, $5] = $7 + 0
	if ($7 > 0)
		ccm_spread[c, $5] = sprintf("%.1f", ($8 - $6) * 100 / $7)
	else
		fail($2 " " $3 " " $4 ": no " $5)
}

function describe(p)
{
	return path[p] " " way[p] " " (cipher[p] == "" ? "-" : cipher[p]) " " payload[p] " " peers[p] " " burst[p]
}

# Puts list[1] to list[n] in order; they are numbers.
function sort(list, n,	i, j, held)
{
	for (i = 2; i <= n; i++) {
		held = list[i]
		for (j = i; j > 1 && list[j - 1] > held; j--)
			list[j] = list[j - 1]
		list[j] = held
	}
}

# All rounds of packet @p make one figure, if they agree.
function summarise(p,	list, n, i, middle, tolerance, agree)
{
	n = rounds[p]
	for (i = 1; i <= n; i++)
		list[i] = median[p, i]
	sort(list, n)
	# the upper one of an even number
	middle = list[int(n / 2) + 1]
	tolerance = path[p] in tolerances ? tolerances[path[p]] : TOLERANCE
	# of two both, of three two
	for (i = 1; i <= n; i++)
		agree += (list[i] - middle) * 100 <= tolerance * middle && \
			 (middle - list[i]) * 100 <= tolerance * middle
	if (n < 2)
		fail(describe(p) ": one round shows nothing of how it repeats")
	if (agree * 2 <= n)
		fail(describe(p) ": does not repeat within " tolerance " %: from " list[1] " to " list[n] \
		     " instructions in one boot")
	cost[p] = middle
	spread[p] = list[1] > 0 ? sprintf("%.2f", (list[n] - list[1]) * 100 / list[1]) : "0.0"
	if (list[1] <= 0)
		fail(describe(p) ": no instructions")
	if (path[p] == BASE)
		base[place[p]] = middle
}

function compare_to_base(	p)
{
	for (p = 1; p <= packets; p++) {
		if (place[p] in base)
			over[p] = cost[p] - base[place[p]]
		else
			fail(describe(p) ": no forwarding to compare it with")
	}
}

# dgsec is for being cheaper than what the kernel has already.
function judge(	p, q, ours)
{
	for (p = 1; p <= packets; p++)
		ours += path[p] == OURS
	if (!ours)
		fail("no result for dgsec")
	for (p = 1; p <= packets; p++) {
		for (q = 1; path[p] == OURS && q <= packets; q++) {
			if (path[q] ~ /^esp/ && place[p] == place[q] && cipher[p] == cipher[q] && cost[p] >= cost[q])
				fail(OURS " " way[p] " " cipher[p] " " payload[p] " costs " cost[p] \
				     ", not below the " cost[q] " of " path[q])
		}
	}
}

function compare_ccm(	c, i, unit, units, reference)
{
	split("ticks instructions", units, " ")
	for (c = 1; c <= ccms; c++) {
		for (i = 1; i <= 2; i++) {
			unit = units[i]
			if (!((c, unit) in ccm_spread))
				continue
			reference = "dgsec_ccm" FS ccm_operation[c] FS ccm_payload[c]
			reference = reference in ccm_of ? ccm_of[reference] : 0
			if ((reference, unit) in ccm_spread)
				ccm_ratio[c, unit] = sprintf("%.2f", ccm_cost[c, unit] / ccm_cost[reference, unit])
			else
				fail(ccm_name[c] " " ccm_operation[c] " " ccm_payload[c] ": no " unit \
				     " of dgsec_ccm to compare it with")
		}
	}
}

# ---- results.json -------------------------------------------------------------

function string(name, value)
{
	return "\"" name "\": " (value == "" ? "null" : "\"" value "\"")
}

# @value has a decimal point: no zeros after it but the first
function real(name, value)
{
	sub(/0+$/, "", value)
	sub(/\.$/, ".0", value)
	return "\"" name "\": " value
}

function json_packet(p)
{
	return string("path", path[p]) ", " string("direction", way[p]) ", " string("cipher", cipher[p]) \
		", \"payload\": " payload[p] ", \"peers\": " peers[p] (burst[p] ? ", \"burst\": " burst[p] : "") \
		", \"instructions\": " cost[p] ", \"least\": " least[p] ", \"mean\": " int(mean_sum[p] / rounds[p]) \
		", \"rounds\": " rounds[p] ", " real("spread", spread[p]) \
		(p in over ? ", \"over_forwarding\": " over[p] : "")
}

function json_memory(m)
{
	return string("path", memory_path[m]) ", " string("cipher", memory_cipher[m]) ", \"peers\": " memory_peers[m] \
		", " string("what", memory_what[m]) ", " real("objects", memory_objects[m]) \
		", " real("octets", memory_octets[m])
}

function json_ccm(c,	units, i, line)
{
	line = string("implementation", ccm_name[c]) ", " string("operation", ccm_operation[c]) ", \"payload\": " ccm_payload[c]
	split("ticks instructions", units, " ")
	for (i = 1; i <= 2; i++) {
		if ((c, units[i]) in ccm_spread)
			line = line ", \"" units[i] "\": " ccm_cost[c, units[i]] \
				", " real(units[i] "_spread", ccm_spread[c, units[i]])
	}
	for (i = 1; i <= 2; i++) {
		if ((c, units[i]) in ccm_ratio)
			line = line ", " real(units[i] "_ratio", ccm_ratio[c, units[i]])
	}
	return line
}

# One line for each entry, so that two files can be compared by lines.
function write_json(file,	i)
{
	printf "{\n\"format\": 1,\n%s,\n", string("kernel", kernel) >file
	printf "\"full\": %s", (payloads > 2 ? "true" : "false") >file
	printf ",\n\"packets\": [" >file
	for (i = 1; i <= packets; i++)
		printf "%s\n  {%s}", (i > 1 ? "," : ""), json_packet(i) >file
	printf "\n],\n\"memory\": [" >file
	for (i = 1; i <= memories; i++)
		printf "%s\n  {%s}", (i > 1 ? "," : ""), json_memory(i) >file
	printf "\n],\n\"ccm\": [" >file
	for (i = 1; i <= ccms; i++)
		printf "%s\n  {%s}", (i > 1 ? "," : ""), json_ccm(i) >file
	print "\n]\n}" >file
	close(file)
}

END {
	if (broken)
		exit 1
	if (kernel == "")
		fail("the kernel's release is missing")
	for (p = 1; p <= packets; p++)
		summarise(p)
	compare_to_base()
	judge()
	compare_ccm()
	write_json("results.json")
	write_tables()
	if (!failures)
		write_plots()
	for (i = 1; i <= failures; i++)
		print "bench: FAIL: " failure[i]
	exit failures > 0
}
