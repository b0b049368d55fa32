# SPDX-License-Identifier: GPL-2.0
# Where the instructions of a packet go: reads what profile.c wrote, for stages.sh.
# Copyright (C) 2026 The dgsec authors
#
# usage: sort kallsyms | awk -v least=LEAST -v markdown=FILE -f commas.awk -f stages.awk \
#	reading=rules FS='\t' stages.rules reading=symbols FS=' ' - \
#	reading=paths FS='\t' bench.tsv reading=profile FS=' ' profile
#
# Prints for each path its stages by stages.rules, compared with plain forwarding
# the same way, and the tree of calls that cost LEAST instructions or more. The
# stages go to FILE too. bench.tsv has the names of the paths, in order.
#
# A node is a function in one chain of callers: name[], stage[], parent[], cost[]
# (alone), total[] (with calls). Nodes come after their callers. A profile's root
# stands for what nobody has called.

BEGIN {
	ROOT_STAGE = "TUN, system calls"	# what nobody claims: they are outermost
}

# Nothing can be said without what is missing.
function die(reason)
{
	print "stages.awk: " reason >"/dev/stderr"
	broken = 1
	exit 1
}

# STAGE EXPRESSION; a ">" before the stage: at the module's entry only
reading == "rules" && !/^[ \t]*$/ && !/^#/ {
	if (NF != 2)
		die("not a rule: " $0)
	rules++
	at_entry[rules] = sub(/^>/, "", $1)
	rule_stage[rules] = $1
	expression[rules] = "^(" $2 ")$"
	if (!($1 in stage_known)) {
		stage_known[$1]
		order[++stages] = $1
	}
}

# ADDRESS TYPE NAME [MODULE], sorted. Addresses are of one length: they compare as
# text, and "x" keeps awk from taking some for numbers.
reading == "symbols" && $2 ~ /^[tTwW]$/ && $3 !~ /^__pfx_/ {
	if (symbols && symbol_address[symbols] == "x" $1) {
		# of two names of one address always the same
		if ($3 $4 > symbol_name[symbols])
			symbol_name[symbols] = $3 $4
	} else {
		symbol_address[++symbols] = "x" $1
		symbol_name[symbols] = $3 $4
	}
}

# packet PATH DIRECTION CIPHER PAYLOAD PEERS BURST ...
reading == "paths" && $1 == "packet" {
	paths++
	path[paths] = $2
	way[paths] = $3
	# what was counted as one is a burst
	burst[paths] = $7 > 0 ? $7 : 1
}

# The name of the function at @address; userspace is one name.
function symbol(address,	low, high, middle)
{
	if (address in symbol_of)
		return symbol_of[address]
	# the kernel has the upper half
	if (address !~ /^[89a-f]/)
		return symbol_of[address] = "user"
	low = 1
	high = symbols
	while (low < high) {
		middle = int((low + high + 1) / 2)
		if (symbol_address[middle] <= "x" address)
			low = middle
		else
			high = middle - 1
	}
	return symbol_of[address] = symbol_name[low]
}

function module(function_name)
{
	return match(function_name, /\[.*/) ? substr(function_name, RSTART) : ""
}

# The stage by the rules, "" if none fits; @inside: the caller is of the same module
function claim(function_name, inside,	i)
{
	if ((function_name, inside) in claims)
		return claims[function_name, inside]
	for (i = 1; i <= rules; i++) {
		if (!(inside && at_entry[i]) && function_name ~ expression[i])
			break
	}
	return claims[function_name, inside] = i <= rules ? rule_stage[i] : ""
}

function add_node(caller, function_name, function_stage)
{
	name[++nodes] = function_name
	stage[nodes] = function_stage
	parent[nodes] = caller
	cost[nodes] = 0
	return nodes
}

# The function @function_name called by @caller
function child(caller, function_name,	its_module, inside, claimed)
{
	if ((caller, function_name) in child_of)
		return child_of[caller, function_name]
	its_module = module(function_name)
	inside = its_module != "" && its_module == module(name[caller])
	claimed = claim(function_name, inside)
	return child_of[caller, function_name] = add_node(caller, function_name, claimed != "" ? claimed : stage[caller])
}

# The function at @address, reached in @call: by a jump, if it is another
function within(call, address,	node)
{
	if (!((profiles, call) in node_of))
		die("profile:" FNR ": no call " call)
	node = node_of[profiles, call]
	return name[node] == symbol(address) ? node : child(node, symbol(address))
}

reading == "profile" && $1 == "path" {
	packets[++profiles] = $2
	node_of[profiles, 0] = root[profiles] = add_node(0, "", ROOT_STAGE)
}

# call ID CALLER SITE TARGET
reading == "profile" && $1 == "call" {
	node_of[profiles, $2] = child(within($3, $4), symbol($5))
}

# cost CALL ADDRESS INSTRUCTIONS
reading == "profile" && $1 == "cost" {
	cost[within($2, $3)] += $4
}

# Sums of nodes with their calls, of stages and of profiles
function add_up(	node, profile)
{
	for (node = nodes; node > 0; node--) {
		total[node] += cost[node]
		if (parent[node])
			total[parent[node]] += total[node]
	}
	profile = 0
	for (node = 1; node <= nodes; node++) {
		if (!parent[node])
			profile++
		else
			children[parent[node], ++child_count[parent[node]]] = node
		stage_cost[profile, stage[node]] += cost[node]
	}
}

# Instructions of a stage, or of all, for a packet
function per_packet(profile, of_stage)
{
	if (of_stage == "")
		return total[root[profile]] / packets[profile]
	return stage_cost[profile, of_stage] / packets[profile]
}

# A row of the table for @of_stage, or the sum: a column for each path, and what it
# costs more than plain forwarding
function row(direction, of_stage,	line, mark, i, plain, mine)
{
	mark = of_stage == "" ? "**" : ""
	line = "| " (of_stage == "" ? "**sum**" : of_stage) " | "
	plain = per_packet(profile_of["forwarding", direction], of_stage)
	line = line mark commas(plain) mark
	for (i = 1; i <= found; i++) {
		if (found_way[i] != direction || found_path[i] == "forwarding")
			continue
		mine = per_packet(profile_of[found_path[i], direction], of_stage)
		line = line " | " mark commas(mine) mark " | " mark commas(mine - plain) mark
	}
	return line " |\n"
}

function table(direction,	text, rule, i)
{
	text = "| " direction " | forwarding"
	rule = "|---|---:|"
	for (i = 1; i <= found; i++) {
		if (found_way[i] == direction && found_path[i] != "forwarding") {
			text = text " | " found_path[i] " | more"
			rule = rule "---:|---:|"
		}
	}
	text = text " |\n" rule "\n"
	for (i = 1; i <= stages; i++)
		text = text row(direction, order[i])
	return text row(direction, "")
}

# The calls of @node, the dearest first
function print_tree(node, count, indent,	list, n, i, j, held)
{
	n = child_count[node]
	for (i = 1; i <= n; i++) {
		held = children[node, i]
		for (j = i; j > 1 && total[list[j - 1]] < total[held]; j--)
			list[j] = list[j - 1]
		list[j] = held
	}
	for (i = 1; i <= n && total[list[i]] / count >= least; i++) {
		printf "%8.0f %8.0f  %-18s  %s%s\n", total[list[i]] / count, cost[list[i]] / count,
		       stage[list[i]], indent, name[list[i]]
		print_tree(list[i], count, indent " ")
	}
}

END {
	if (broken)
		exit 1
	if (!symbols || !paths || profiles != paths)
		die(profiles + 0 " profiles of " paths + 0 " paths, " symbols + 0 " symbols")
	add_up()
	for (i = 1; i <= profiles; i++) {
		packets[i] *= burst[i]
		if (!((path[i], way[i]) in profile_of)) {
			found_path[++found] = path[i]
			found_way[found] = way[i]
		}
		# of the same path the last: then all modules are there
		profile_of[path[i], way[i]] = i
	}
	if (!(("forwarding", "in") in profile_of) || !(("forwarding", "out") in profile_of))
		die("no forwarding to compare with")
	text = table("in") "\n" table("out")
	print text
	if (markdown != "")
		printf "%s", text >markdown
	for (i = 1; i <= found; i++) {
		profile = profile_of[found_path[i], found_way[i]]
		printf "== %s %s: %.0f instructions for a packet (mean of %d)\n", found_path[i], found_way[i],
		       per_packet(profile, ""), packets[profile]
		print "\nwith calls    alone  stage               call"
		print_tree(root[profile], packets[profile], "")
		print ""
	}
}
