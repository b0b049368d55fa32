/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lines of an INI file, each with its number. libinih as distributions
 * build it has no line numbers, reports only the first mistake, leaves out
 * empty sections and takes what follows a semicolon for a comment.
 */
#ifndef DGSECD_INI_H
#define DGSECD_INI_H

#include <stdbool.h>

enum ini_kind {
	INI_SECTION,			/* [name value] */
	INI_KEY,			/* name = value */
	INI_BAD_SECTION,		/* meant to be one */
	INI_BAD,			/* anything else */
};

struct ini {
	char *next;			/* changed in place; NULL at the end */
	unsigned int line;
	enum ini_kind kind;
	const char *name;		/* INI_BAD*: what is wrong */
	const char *value;		/* "" if there is none */
};

void ini_start(struct ini *ini, char *text);

/* Go to the next line that is neither empty nor a comment. */
bool ini_next(struct ini *ini);

#endif
