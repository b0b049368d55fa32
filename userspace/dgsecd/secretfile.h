/* SPDX-License-Identifier: GPL-2.0 */
/* Files that hold keys. */
#ifndef DGSECD_SECRETFILE_H
#define DGSECD_SECRETFILE_H

#include <stddef.h>

/**
 * secretfile_read() - read a whole file that may hold keys
 * @max:	longest file, octets
 * @exposed:	NULL, or why nobody should keep keys in it, for people
 * @why:	what is wrong with it, for people, if NULL is returned
 *
 * Return: its octets with a 0 behind, to be given to secretfile_free().
 */
char *secretfile_read(const char *path, size_t max, const char **exposed, char *why,
		      size_t why_size);
/* The same for what others may see, but not change. */
char *secretfile_read_public(const char *path, size_t max, const char **exposed, char *why,
			     size_t why_size);
void secretfile_free(char *text);

#endif
