// SPDX-License-Identifier: GPL-2.0
/* dgsec: look at and change what the dgsec module does. */
#include "cli.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

static int run_help(struct args *a);
static int run_version(struct args *a);

static const struct verb verb_help = {
	.name = "help",
	.summary = "this, or the help of a verb",
	.run = run_help,
};

static const struct verb verb_version = {
	.name = "--version",
	.run = run_version,
};

static const struct verb verb_help_option = {
	.name = "--help",
	.run = run_help,
};

static const struct verb *const verbs[] = {
	&verb_show, &verb_set, &verb_socket, &verb_peer, &verb_assoc,
	&verb_exchange, &verb_alert, &verb_monitor, &verb_stats, &verb_help,
	&verb_version, &verb_help_option,
};

static void print_usage(FILE *f)
{
	size_t i;

	fputs("usage: dgsec VERB ...\n\n", f);
	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (verbs[i]->summary)
			fprintf(f, "  %-8s %s\n", verbs[i]->name,
				verbs[i]->summary);
	}
	fputs("\n'dgsec help VERB' says more; so does dgsec(8).\n", f);
}

static int run_help(struct args *a)
{
	const char *word = args_next(a);
	size_t i;

	if (args_done(a))
		return cli_usage(a);
	if (!word) {
		print_usage(stdout);
		return EXIT_OK;
	}
	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (verbs[i]->help && !strcmp(verbs[i]->name, word)) {
			fputs(verbs[i]->help, stdout);
			return EXIT_OK;
		}
	}
	args_error(a, "there is no help for '%s'", word);
	return cli_usage(a);
}

static int run_version(struct args *a)
{
	if (args_done(a))
		return cli_usage(a);
	printf("dgsec %s\n", DGSEC_VERSION);
	return EXIT_OK;
}

int main(int argc, char **argv)
{
	struct args a = { .argc = argc - 1, .argv = argv + 1 };
	int ret;

	setlocale(LC_CTYPE, "");
	if (argc < 2) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	ret = cli_dispatch(&a, verbs, ARRAY_SIZE(verbs));
	/* A full disk or a closed pipe must not look like success. */
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "dgsec: cannot write the output: %s\n",
			strerror(errno));
		return EXIT_FAILED;
	}
	return ret;
}
