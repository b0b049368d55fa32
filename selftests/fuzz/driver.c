// SPDX-License-Identifier: GPL-2.0
/*
 * Around a libFuzzer target. Without arguments: the seeds, then a number of
 * executions that begins at the same place each time, as KTAP. With arguments:
 * libFuzzer's own command line.
 *
 * Seeds lie beside the program, in a directory of its name with .seeds.
 */
#include <libgen.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*one)(const uint8_t *data, size_t size));

enum { LAST = 16384 };

/* Names of functions in reports, without a package more */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "external_symbolizer_path=/usr/bin/addr2line";
}

/* Read what libFuzzer says to its end; keep the last of it. */
static size_t read_all(int fd, char out[LAST + 1])
{
	char buf[4096];
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		if (len + n > LAST) {
			memmove(out, out + n, len > (size_t)n ? len - n : 0);
			len = len > (size_t)n ? len - n : 0;
		}
		memcpy(out + len, buf, n);
		len += n;
	}
	out[len] = '\0';
	return len;
}

static unsigned long executed(const char *said)
{
	static const char word[] = "number_of_executed_units:";
	const char *at = strstr(said, word);

	return at ? strtoul(at + strlen(word), NULL, 10) : 0;
}

static void excerpt(char *said)
{
	char *line, *next = said;

	while ((line = strsep(&next, "\n")))
		if (*line)
			printf("# %s\n", line);
}

/* Return: how many were run, 0 if one of them failed. */
static unsigned long run(char *const args[])
{
	static char said[LAST + 1];
	int fds[2], status, n = 0;
	unsigned long done;
	pid_t pid;

	fflush(stdout);
	if (pipe(fds))
		abort();
	pid = fork();
	if (pid < 0)
		abort();
	if (!pid) {
		char **argv = (char **)args;

		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		close(fds[0]);
		close(fds[1]);
		while (args[n])
			n++;
		exit(LLVMFuzzerRunDriver(&n, &argv, LLVMFuzzerTestOneInput));
	}
	close(fds[1]);
	read_all(fds[0], said);
	close(fds[0]);
	waitpid(pid, &status, 0);
	done = executed(said);
	if (status || !done) {
		excerpt(said);
		return 0;
	}
	return done;
}

int main(int argc, char **argv)
{
	char seeds[4096], runs[32];
	char *const only_seeds[] = { argv[0], "-runs=0", "-print_final_stats=1", seeds, NULL };
	char *const more[] = {
		argv[0], runs, "-seed=1", "-max_len=1024", "-timeout=10", "-rss_limit_mb=1024",
		"-print_final_stats=1", seeds, NULL
	};
	unsigned long n, m;

	if (argc > 1)
		return LLVMFuzzerRunDriver(&argc, &argv, LLVMFuzzerTestOneInput);
	if (chdir("/tmp"))
		abort();
	snprintf(seeds, sizeof(seeds), "%s.seeds", argv[0]);
	snprintf(runs, sizeof(runs), "-runs=%lu", fuzz_short_runs);

	printf("KTAP version 1\n1..2\n");
	n = run(only_seeds);
	printf("%sok 1 - %lu seeds and inputs that once failed\n", n ? "" : "not ", n);
	m = run(more);
	m = m >= fuzz_short_runs ? m : 0;
	printf("%sok 2 - %lu executions\n", m ? "" : "not ", m);
	return !n || !m;
}
