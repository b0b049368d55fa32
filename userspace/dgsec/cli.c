// SPDX-License-Identifier: GPL-2.0
#include "cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One line on stderr. */
void cli_error(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("dgsec: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int cli_usage(const struct args *a)
{
	cli_error("%s", a->error);
	return EXIT_USAGE;
}

static bool is_help(const char *word)
{
	return !strcmp(word, "help") || !strcmp(word, "--help") ||
	       !strcmp(word, "-h");
}

/* Run the verb that the next word names. */
int cli_dispatch(struct args *a, const struct verb *const *verbs, size_t count)
{
	const char *word = args_next(a);
	char list[128] = "";
	size_t i, n = 0;

	for (i = 0; word && i < count; i++) {
		if (strcmp(verbs[i]->name, word))
			continue;
		if (verbs[i]->help && args_peek(a) && is_help(args_peek(a))) {
			fputs(verbs[i]->help, stdout);
			return EXIT_OK;
		}
		return verbs[i]->run(a);
	}
	for (i = 0; i < count && n < sizeof(list); i++)
		n += snprintf(list + n, sizeof(list) - n, "%s%s",
			      i ? ", " : "", verbs[i]->name);
	if (word)
		args_error(a, "'%s' is not one of %s", word, list);
	else
		args_error(a, "a word is missing: one of %s", list);
	return cli_usage(a);
}
