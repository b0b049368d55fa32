// SPDX-License-Identifier: GPL-2.0
#include "table.h"

#include <assert.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Characters, not octets: names are UTF-8. */
static size_t text_width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

void table_init(struct table *t, const struct column *columns, size_t count)
{
	size_t i;

	assert(count && count <= TABLE_COLUMNS);
	memset(t, 0, sizeof(*t));
	t->columns = columns;
	t->count = count;
	for (i = 0; i < count; i++)
		t->width[i] = text_width(columns[i].head);
}

/* Add the next cell; a row is full when each column has one. */
void table_cell(struct table *t, const char *text)
{
	size_t column = t->used % t->count;
	size_t width = text_width(text);
	char **cells;

	if (t->used == t->room) {
		t->room = t->room ? 2 * t->room : 8 * t->count;
		cells = realloc(t->cells, t->room * sizeof(*cells));
		if (!cells)
			err(1, "table");
		t->cells = cells;
	}
	t->cells[t->used] = strdup(text);
	if (!t->cells[t->used])
		err(1, "table");
	t->used++;
	if (width > t->width[column])
		t->width[column] = width;
}

static void print_cell(const struct table *t, size_t column, const char *text)
{
	int pad = t->width[column] - text_width(text);

	if (t->columns[column].align == '>')
		printf("%*s%s", pad, "", text);
	else if (column + 1 < t->count)
		printf("%s%*s", text, pad, "");
	else
		fputs(text, stdout);
	fputs(column + 1 < t->count ? "  " : "\n", stdout);
}

/* Nothing at all, not even heads, if there is no row. */
void table_print(const struct table *t, const char *indent)
{
	size_t i;

	if (!t->used || !t->count)
		return;
	fputs(indent, stdout);
	for (i = 0; i < t->count; i++)
		print_cell(t, i, t->columns[i].head);
	for (i = 0; i < t->used; i++) {
		if (!(i % t->count))
			fputs(indent, stdout);
		print_cell(t, i % t->count, t->cells[i]);
	}
}

void table_free(struct table *t)
{
	while (t->used)
		free(t->cells[--t->used]);
	free(t->cells);
	t->cells = NULL;
	t->room = 0;
}
