/* SPDX-License-Identifier: GPL-2.0 */
/* Rows of text in aligned columns. */
#ifndef DGSEC_TABLE_H
#define DGSEC_TABLE_H

#include <stddef.h>

#define TABLE_COLUMNS		16

struct column {
	const char *head;
	char align;		/* '<' or '>' */
};

struct table {
	const struct column *columns;
	size_t count;
	size_t width[TABLE_COLUMNS];
	char **cells;		/* row after row */
	size_t used, room;
};

void table_init(struct table *t, const struct column *columns, size_t count);
void table_cell(struct table *t, const char *text);
void table_print(const struct table *t, const char *indent);
void table_free(struct table *t);

#endif /* DGSEC_TABLE_H */
