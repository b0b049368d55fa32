// SPDX-License-Identifier: GPL-2.0
/* Key files: every mistake has its line, no message has a key. */
#include "keyfile.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ktap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define K1	"000102030405060708090a0b0c0d0e0f"
#define K2	"101112131415161718191A1B1C1D1E1F"
#define V1	"a0a1a2a3"
#define V2	"B0B1B2B3"
#define GOOD	"tx-key " K1 "\ntx-iv " V1 "\nrx-key " K2 "\nrx-iv " V2 "\n"

struct parse_case {
	const char *what;
	const char *text;
	const char *error;	/* what the message must hold; NULL: good */
};

static const struct parse_case cases[] = {
	{ "the plain form", GOOD, NULL },
	{ "no final newline", "tx-key " K1 "\ntx-iv " V1 "\nrx-key " K2
	  "\nrx-iv " V2, NULL },
	{ "comments, blanks, empty lines, CRLF",
	  "# keys\n\n\ttx-key\t" K1 "  # ours\r\ntx-iv " V1 "\r\n\t\nrx-iv "
	  V2 "\nrx-key   " K2 "\n#", NULL },
	{ "the same key with another salt",
	  "tx-key " K1 "\ntx-iv " V1 "\nrx-key " K1 "\nrx-iv " V2 "\n", NULL },
	{ "nothing", "", "no line tx-key" },
	{ "only comments", "# a\n# b\n", "no line tx-key" },
	{ "one line missing", "tx-key " K1 "\ntx-iv " V1 "\nrx-key " K2 "\n",
	  "no line rx-iv" },
	{ "an unknown word", GOOD "key " K1 "\n", "line 5: expected tx-key" },
	{ "a key alone", K1 "\n", "line 1: expected tx-key" },
	{ "a line twice", GOOD "tx-iv " V2 "\n",
	  "line 5: tx-iv is given twice, first on line 2" },
	{ "no value", "tx-key\n", "line 1: tx-key takes 16 octets" },
	{ "a comment for a value", "tx-key # " K1 "\n",
	  "line 1: tx-key takes 16 octets" },
	{ "a key too short", "\ntx-key " V1 "\n", "line 2: tx-key takes 16" },
	{ "a key too long", "tx-key " K1 "00\n", "line 1: tx-key takes 16" },
	{ "an odd digit", "tx-iv a0a1a2a\n", "line 1: tx-iv takes 4" },
	{ "no digits", "tx-iv a0a1a2ag\n", "line 1: tx-iv takes 4" },
	{ "0x in front", "tx-iv 0xa1a2a3\n", "line 1: tx-iv takes 4" },
	{ "two words", "tx-iv a0a1 a2a3\n", "line 1: tx-iv takes 4" },
	{ "colons", "tx-iv a0:a1:a2\n", "line 1: tx-iv takes 4" },
	{ "the same key and salt both ways",
	  "tx-key " K1 "\ntx-iv " V1 "\nrx-key " K1 "\nrx-iv " V1 "\n",
	  "same nonces" },
};

/* Each text ends where its memory ends, so that ASan sees a step beyond. */
static void test_parse(void)
{
	const struct parse_case *c;
	struct dgsec_keys keys;
	struct args a;
	size_t len, i;
	bool good, wiped, shown;
	char *text;

	for (c = cases; c < cases + ARRAY_SIZE(cases); c++) {
		len = strlen(c->text);
		text = malloc(len ? len : 1);
		memcpy(text, c->text, len);
		memset(&a, 0, sizeof(a));
		good = !keyfile_parse(&a, "file", text, len,
				      DGSEC_CIPHER_AES_128_CCM_8, &keys);
		for (wiped = true, i = 0; i < sizeof(keys); i++)
			wiped &= !((unsigned char *)&keys)[i];
		shown = strstr(a.error, "0102") || strstr(a.error, "a1a2");
		if (c->error)
			good = !good && wiped && !shown &&
			       strstr(a.error, c->error);
		ktap_test(good,
			  "%s%s%s", c->what, c->error ? ": " : "", a.error);
		free(text);
	}
}

static void test_values(void)
{
	static const uint8_t v2[] = { 0xb0, 0xb1, 0xb2, 0xb3 };
	struct dgsec_keys keys;
	struct args a = { 0 };
	int i, wrong = 0;

	keyfile_parse(&a, "file", GOOD, strlen(GOOD),
		      DGSEC_CIPHER_AES_128_GCM, &keys);
	for (i = 0; i < 16; i++)
		wrong += keys.tx_key[i] != i || keys.rx_key[i] != 16 + i;
	ktap_test(!wrong && keys.key_len == 16 && keys.iv_len == 4 &&
		  !memcmp(keys.rx_iv, v2, 4) && keys.tx_iv[0] == 0xa0,
		  "each value goes to its place");
}

static void test_binary(void)
{
	static const char text[] = "tx-key \0\xff\n\0\0tx";
	struct dgsec_keys keys;
	struct args a = { 0 };

	ktap_test(keyfile_parse(&a, "file", text, sizeof(text) - 1,
				DGSEC_CIPHER_AES_128_CCM, &keys) &&
		  strstr(a.error, "line 1"), "a binary file: %s", a.error);
}

/* Write a file and read it as keys. Return: whether it was taken. */
static bool read_file(struct args *a, const char *path, mode_t mode,
		      const char *text, size_t len)
{
	struct dgsec_keys keys;
	bool written;
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	written = fd >= 0 && write(fd, text, len) == (ssize_t)len &&
		  !fchmod(fd, mode);
	close(fd);
	return written &&
	       !keyfile_read(a, path, DGSEC_CIPHER_AES_128_CCM_8, &keys);
}

static void test_files(void)
{
	char path[] = "/tmp/dgsec-keyfile-XXXXXX";
	struct dgsec_keys keys;
	struct args a = { 0 };
	char *large;
	int fd = mkstemp(path);

	close(fd);
	ktap_test(read_file(&a, path, 0600, GOOD, strlen(GOOD)),
		  "a file of mode 600");
	ktap_test(read_file(&a, path, 0400, GOOD, strlen(GOOD)),
		  "a file of mode 400");
	ktap_test(!read_file(&a, path, 0644, GOOD, strlen(GOOD)) &&
		  strstr(a.error, "mode 644"), "refused: %s", a.error);
	ktap_test(!read_file(&a, path, 0640, GOOD, strlen(GOOD)) &&
		  strstr(a.error, "mode 640"), "refused: %s", a.error);
	ktap_test(!read_file(&a, path, 0602, GOOD, strlen(GOOD)) &&
		  strstr(a.error, "mode 602"), "refused: %s", a.error);
	large = malloc(4097);
	memset(large, '\n', 4097);
	memcpy(large, GOOD, strlen(GOOD));
	ktap_test(read_file(&a, path, 0600, large, 4096),
		  "a file as large as can be");
	ktap_test(!read_file(&a, path, 0600, large, 4097) &&
		  strstr(a.error, "longer than 4096"), "refused: %s", a.error);
	free(large);
	unlink(path);
	ktap_test(keyfile_read(&a, path, DGSEC_CIPHER_AES_128_CCM_8, &keys) &&
		  strstr(a.error, "cannot open"), "no file: %s", a.error);
	ktap_test(keyfile_read(&a, "/", DGSEC_CIPHER_AES_128_CCM_8, &keys) &&
		  strstr(a.error, "cannot read"), "a directory: %s", a.error);
}

static void test_pipe(void)
{
	struct dgsec_keys keys;
	struct args a = { 0 };
	int fds[2];
	bool good;

	if (pipe(fds) || write(fds[1], GOOD, 10) != 10 ||
	    write(fds[1], GOOD + 10, strlen(GOOD) - 10) < 0 ||
	    dup2(fds[0], STDIN_FILENO) < 0) {
		ktap_test(false, "a pipe on standard input: no pipe");
		return;
	}
	close(fds[0]);
	close(fds[1]);
	good = !keyfile_read(&a, "-", DGSEC_CIPHER_AES_128_CCM_8, &keys);
	ktap_test(good && keys.rx_key[15] == 0x1f, "a pipe on standard input");
}

int main(void)
{
	ktap_begin();
	test_parse();
	test_values();
	test_binary();
	test_files();
	test_pipe();
	return ktap_end();
}
