// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <string.h>

#include "ini.h"

#define BLANKS	" \t\r\f\v"

void ini_start(struct ini *ini, char *text)
{
	memset(ini, 0, sizeof(*ini));
	/* Editors of other systems put a byte order mark first. */
	if (!strncmp(text, "\xef\xbb\xbf", 3))
		text += 3;
	ini->next = text;
}

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, BLANKS);
	len = strlen(text);
	while (len && strchr(BLANKS, text[len - 1]))
		text[--len] = '\0';
	return text;
}

static void section(struct ini *ini, char *line)
{
	char *close = strchr(line, ']');
	char *blank;

	ini->kind = INI_BAD_SECTION;
	if (!close) {
		ini->name = "no \"]\" at the end of [name";
		return;
	}
	if (close[1]) {
		ini->name = "something is behind the \"]\"";
		return;
	}
	*close = '\0';
	line = trim(line + 1);
	ini->kind = INI_SECTION;
	ini->name = line;
	blank = strpbrk(line, BLANKS);
	if (blank) {
		*blank = '\0';
		ini->value = trim(blank + 1);
	}
}

bool ini_next(struct ini *ini)
{
	char *line, *equals;

	do {
		line = ini->next;
		if (!line)
			return false;
		ini->next = strchr(line, '\n');
		if (ini->next)
			*ini->next++ = '\0';
		ini->line++;
		line = trim(line);
	} while (!*line || *line == '#' || *line == ';');

	ini->value = "";
	if (*line == '[') {
		section(ini, line);
		return true;
	}

	equals = strchr(line, '=');
	if (!equals || equals == line) {
		ini->kind = INI_BAD;
		ini->name = "expected \"[section name]\", \"key = value\" or a comment after \"#\"";
		return true;
	}
	*equals = '\0';
	ini->kind = INI_KEY;
	ini->name = trim(line);
	ini->value = trim(equals + 1);
	return true;
}
