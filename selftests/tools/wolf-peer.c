// SPDX-License-Identifier: GPL-2.0
/*
 * A foreign DTLS 1.2 peer on wolfSSL, which Debian has as a library only: lines
 * from standard input go out, what comes is printed, as openssl s_client and
 * s_server do it.
 */

#include "util.h"

#include <wolfssl/options.h>
#include <wolfssl/ssl.h>

#include <getopt.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MS = 1000, RECORD_MAX = 16384 };

static const char *identity;
static __u8 psk[64];
static int psk_len;

static void print_usage(FILE *f)
{
	fputs("usage: wolf-peer [-s] [-p IDENTITY -k PSKHEX] [-c CERT -K KEY] [-A CA] [-l CIPHERS]\n"
	      "                 [-f OCTETS] [-r] [ADDR]:PORT\n"
	      "  -s          server at that address, for one client; otherwise a client\n"
	      "  -l CIPHERS  wolfSSL's names, with ':' between\n"
	      "  -f OCTETS   max_fragment_length, 512 to 4096\n"
	      "  -r          client: a second handshake resumes the first one's session\n"
	      "Prints `cipher NAME`, `resumed` if so, `peer SUBJECT` of a certificate.\n",
	      f);
}

static const char *reason(WOLFSSL *ssl, int ret)
{
	static char text[WOLFSSL_MAX_ERROR_SZ];

	return wolfSSL_ERR_error_string(wolfSSL_get_error(ssl, ret), text);
}

static unsigned int client_psk(WOLFSSL *ssl, const char *hint, char *id, unsigned int id_max,
			       unsigned char *key, unsigned int key_max)
{
	snprintf(id, id_max, "%s", identity);
	memcpy(key, psk, psk_len);
	return psk_len;
}

static unsigned int server_psk(WOLFSSL *ssl, const char *id, unsigned char *key,
			       unsigned int key_max)
{
	if (strcmp(id, identity))
		return 0;
	memcpy(key, psk, psk_len);
	return psk_len;
}

static void must(int ret, const char *what)
{
	if (ret != WOLFSSL_SUCCESS)
		die("%s: %d", what, ret);
}

static int max_fragment(int octets)
{
	switch (octets) {
	case 512:
		return WOLFSSL_MFL_2_9;
	case 1024:
		return WOLFSSL_MFL_2_10;
	case 2048:
		return WOLFSSL_MFL_2_11;
	case 4096:
		return WOLFSSL_MFL_2_12;
	}
	die("-f: 512, 1024, 2048 or 4096");
}

/* The client's address, from its first datagram, which is left where it is */
static void wait_for_client(int fd)
{
	struct sockaddr_in6 from;
	socklen_t len = sizeof(from);
	__u8 none;

	if (recvfrom(fd, &none, 1, MSG_PEEK, (struct sockaddr *)&from, &len) < 0 ||
	    connect(fd, (struct sockaddr *)&from, len))
		die("no client: %m");
}

static WOLFSSL *handshake(WOLFSSL_CTX *ctx, int fd, bool server, WOLFSSL_SESSION *before)
{
	WOLFSSL *ssl = wolfSSL_new(ctx);
	struct sockaddr_in6 to;
	socklen_t len = sizeof(to);
	WOLFSSL_X509 *cert;
	int ret;

	if (!ssl || getpeername(fd, (struct sockaddr *)&to, &len))
		die("no session: %m");
	must(wolfSSL_dtls_set_peer(ssl, &to, len), "peer");
	must(wolfSSL_set_fd(ssl, fd), "socket");
	if (before)
		must(wolfSSL_set_session(ssl, before), "session to resume");
	ret = server ? wolfSSL_accept(ssl) : wolfSSL_connect(ssl);
	if (ret != WOLFSSL_SUCCESS) {
		printf("failed: %s\n", reason(ssl, ret));
		exit(1);
	}
	printf("cipher %s\n", wolfSSL_get_cipher(ssl));
	cert = wolfSSL_get_peer_certificate(ssl);
	if (cert)
		printf("peer %s\n",
		       wolfSSL_X509_NAME_oneline(wolfSSL_X509_get_subject_name(cert), NULL, 0));
	if (wolfSSL_session_reused(ssl))
		puts("resumed");
	return ssl;
}

/* Until the end of input, or close_notify */
static void talk(WOLFSSL *ssl, int fd)
{
	struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN },
				{ .fd = fd, .events = POLLIN } };
	static char data[RECORD_MAX];
	int len;

	for (;;) {
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0)
			die("poll: %m");
		if (fds[1].revents) {
			len = wolfSSL_read(ssl, data, sizeof(data));
			if (len <= 0) {
				printf("ended: %s\n", reason(ssl, len));
				return;
			}
			printf("%.*s\n", len, data);
		}
		if (fds[0].revents) {
			if (!fgets(data, sizeof(data), stdin))
				return;
			data[strcspn(data, "\n")] = '\0';
			len = wolfSSL_write(ssl, data, strlen(data));
			if (len <= 0)
				die("write: %s", reason(ssl, len));
		}
	}
}

int main(int argc, char **argv)
{
	const char *cert = NULL, *key = NULL, *ca = NULL, *ciphers = NULL;
	WOLFSSL_SESSION *before = NULL;
	struct sockaddr_in6 address;
	bool server = false, resume = false;
	int fd, opt, fragment = 0;
	WOLFSSL_CTX *ctx;
	WOLFSSL *ssl;

	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0);
	while ((opt = getopt(argc, argv, "A:c:f:hK:k:l:p:rs")) != -1) {
		switch (opt) {
		case 'A':
			ca = optarg;
			break;
		case 'c':
			cert = optarg;
			break;
		case 'f':
			fragment = max_fragment(atoi(optarg));
			break;
		case 'K':
			key = optarg;
			break;
		case 'k':
			psk_len = hex_parse(optarg, psk, sizeof(psk));
			break;
		case 'l':
			ciphers = optarg;
			break;
		case 'p':
			identity = optarg;
			break;
		case 'r':
			resume = true;
			break;
		case 's':
			server = true;
			break;
		case 'h':
			print_usage(stdout);
			return 0;
		default:
			print_usage(stderr);
			return 2;
		}
	}
	if (argc - optind != 1 || (identity && psk_len < 1) || !cert != !key) {
		print_usage(stderr);
		return 2;
	}
	endpoint_parse(argv[optind], &address);

	wolfSSL_Init();
	ctx = wolfSSL_CTX_new(server ? wolfDTLSv1_2_server_method() : wolfDTLSv1_2_client_method());
	if (!ctx)
		die("no context");
	if (identity) {
		wolfSSL_CTX_set_psk_client_callback(ctx, client_psk);
		wolfSSL_CTX_set_psk_server_callback(ctx, server_psk);
	}
	if (cert) {
		must(wolfSSL_CTX_use_certificate_chain_file(ctx, cert), cert);
		must(wolfSSL_CTX_use_PrivateKey_file(ctx, key, WOLFSSL_FILETYPE_PEM), key);
	}
	if (ca)
		must(wolfSSL_CTX_load_verify_locations(ctx, ca, NULL), ca);
	wolfSSL_CTX_set_verify(ctx, ca ? WOLFSSL_VERIFY_PEER | WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT :
					 WOLFSSL_VERIFY_NONE, NULL);
	if (ciphers)
		must(wolfSSL_CTX_set_cipher_list(ctx, ciphers), ciphers);
	if (fragment)
		must(wolfSSL_CTX_UseMaxFragment(ctx, fragment), "-f");
	if (resume)
		must(wolfSSL_CTX_UseSessionTicket(ctx), "tickets");

	fd = udp_open(server ? &address : NULL, server ? NULL : &address);
	if (server)
		wait_for_client(fd);
	ssl = handshake(ctx, fd, server, NULL);
	if (resume) {
		before = wolfSSL_get1_session(ssl);
		wolfSSL_shutdown(ssl);
		wolfSSL_free(ssl);
		close(fd);
		fd = udp_open(NULL, &address);
		ssl = handshake(ctx, fd, false, before);
	}
	talk(ssl, fd);
	wolfSSL_shutdown(ssl);
	wolfSSL_free(ssl);
	return 0;
}
