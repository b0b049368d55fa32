# SPDX-License-Identifier: GPL-2.0
# What plots.gp draws, for results.sh: NAME.dat has a block of gnuplot's for each
# line, its title, then x and y; NAME.styles has their styles.
# Copyright (C) 2026 The dgsec authors

BEGIN {
	# Line styles of plots.gp
	style["kernel ESP"] = 1
	style["kernel ESP on dgsec_ccm"] = 2
	style["WireGuard"] = 3
	style["relay, no security"] = 4
	style["relay, mbedTLS"] = 5
	style["relay, GnuTLS"] = 6
	style["dgsec, DTLS 1.2, aes-128-ccm-8"] = 7
	STYLE_OTHER = 8
}

function start_lines(name)
{
	dat_file = name ".dat"
	styles_file = name ".styles"
	styles = ""
	printf "" >dat_file
}

function start_line(title, number)
{
	styles = styles (styles == "" ? "" : " ") number
	printf "\"%s\"\n", title >dat_file
}

# The collected points of label @name that way
function write_points(name, direction,	j)
{
	for (j = 1; j <= columns; j++) {
		if ((name, direction, column[j]) in at)
			print column[j], over[at[name, direction, column[j]]] >dat_file
	}
	printf "\n\n" >dat_file
}

function finish_lines()
{
	print styles >styles_file
	close(dat_file)
	close(styles_file)
}

# The paths that were measured at more than one point
function lines_by(x, direction,	i, name, title, other)
{
	other = STYLE_OTHER
	start_lines(x "-" direction)
	for (i = 1; i <= lines; i++) {
		name = line[i]
		if (name == labels[BASE] || points[name, direction] < 2)
			continue
		title = name
		gsub(/aes-/, "", title)
		gsub(/ 1\.2/, "", title)
		start_line(title, name in style ? style[name] : other++)
		write_points(name, direction)
	}
	finish_lines()
}

# dgsec by associations, and one association of ESP, to see how much is much
function lines_associations(	name, esp, direction, i, j, first)
{
	split("in out", direction, " ")
	name = "dgsec, DTLS 1.2, " CIPHER
	esp = labels["esp"]
	start_lines("associations")
	for (i = 1; i <= 2; i++) {
		if (!points[name, direction[i]])
			continue
		if (!first)
			first = direction[i]
		start_line("dgsec, " direction[i], i == 1 ? 7 : 8)
		write_points(name, direction[i])
	}
	for (i = 1; first && i <= 2; i++) {
		if (!((esp, direction[i], 1) in at))
			continue
		start_line("kernel ESP, " direction[i] ", one association", i)
		for (j = 1; j <= columns; j++) {
			if ((name, first, column[j]) in at)
				print column[j], over[at[esp, direction[i], 1]] >dat_file
		}
		printf "\n\n" >dat_file
	}
	finish_lines()
}

function write_plots()
{
	collect("payload")
	lines_by("payload", "in")
	lines_by("payload", "out")
	collect("burst")
	lines_by("burst", "in")
	lines_by("burst", "out")
	collect("peers")
	lines_associations()
}
