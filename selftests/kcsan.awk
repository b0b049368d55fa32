# SPDX-License-Identifier: GPL-2.0
# Whose data races does the kernel report? Reads the console; prints it without
# the title of each KCSAN report that is not ours, or with -v others=1 only those
# titles. A report is ours if a function of our modules is in one of the two
# stacks: then one of the two accesses was made by us or on our behalf.
/BUG: KCSAN: / { flush(); inside = 1 }
inside	{ lines[n++] = $0; if (/\[dgsec[a-z_]*\]/) ours = 1 }
inside && /==========/ { flush() }
inside	{ next }
!others && !shown { print }
	{ shown = 0 }
END	{ flush() }

function flush(   i) {
	if (inside) {
		if (others && !ours)
			print lines[0]
		for (i = !ours; !others && i < n; i++)
			print lines[i]
		shown = 1
	}
	inside = n = ours = 0
}
