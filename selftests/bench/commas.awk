# SPDX-License-Identifier: GPL-2.0
# Numbers of tables, for results.sh and stages.sh.
# Copyright (C) 2026 The dgsec authors

# @value rounded, with a comma between thousands
function commas(value,	sign, rest)
{
	value = sprintf("%.0f", value)
	if (sub(/^-/, "", value))
		sign = "-"
	while (length(value) > 3) {
		rest = "," substr(value, length(value) - 2) rest
		value = substr(value, 1, length(value) - 3)
	}
	return sign value rest
}
