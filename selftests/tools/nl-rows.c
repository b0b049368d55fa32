// SPDX-License-Identifier: GPL-2.0
/* The table of nl-bad: requests and what must become of them, in this order. */

#include "nl-bad.h"
#include "util.h"

#include <errno.h>
#include <linux/dgsec.h>
#include <linux/netlink.h>

#define IF	{ IFINDEX }
#define N(type)	{ NEST, type }
#define E	{ DONE }
#define ID_PEER	{ PEER, DGSEC_A_PEER_ID }
#define INNER	{ ADDR, DGSEC_A_PEER_INNER_ADDR, 0, "fd00:d9::99" }
#define P(...)	{ IF, N(DGSEC_A_PEER), __VA_ARGS__, E }
#define A(...)	{ IF, N(DGSEC_A_ASSOC), __VA_ARGS__, E }
#define I(...)	{ IF, N(DGSEC_A_INTERFACE), __VA_ARGS__, E }
#define S(...)	{ IF, N(DGSEC_A_SOCKET), __VA_ARGS__, E }

#define NAME64	"0123456789012345678901234567890123456789012345678901234567890123"
#define KEY16	"000102030405060708090a0b0c0d0e0f"
#define SALT4	"00010203"
#define ASSOC_ID	{ ASSOC, DGSEC_A_ASSOC_ID }
#define BY	{ PEER, DGSEC_A_ASSOC_PEER_ID }
#define PROTO	{ U32, DGSEC_A_ASSOC_PROTOCOL, DGSEC_PROTOCOL_DTLS12 }
#define NOSEC	{ U32, DGSEC_A_ASSOC_PROTOCOL, DGSEC_PROTOCOL_NONE }
#define CIPHER	{ U32, DGSEC_A_ASSOC_CIPHER, DGSEC_CIPHER_AES_128_CCM_8 }
#define RADDR	{ ADDR, DGSEC_A_ASSOC_REMOTE_ADDR, 0, "fd00:6::77" }
#define RPORT	{ BE16, DGSEC_A_ASSOC_REMOTE_PORT, 7777 }
#define LADDR	{ LOCAL, DGSEC_A_ASSOC_LOCAL_ADDR }
#define LPORT	{ BE16, DGSEC_A_ASSOC_LOCAL_PORT, 0 } /* 0: the port of the test */
#define TXK	{ HEX, DGSEC_A_KEYS_TX_KEY, 0, KEY16 }
#define TXI	{ HEX, DGSEC_A_KEYS_TX_IV, 0, SALT4 }
#define RXK	{ HEX, DGSEC_A_KEYS_RX_KEY, 0, "101112131415161718191a1b1c1d1e1f" }
#define RXI	{ HEX, DGSEC_A_KEYS_RX_IV, 0, SALT4 }

/* What most requests have in common, each named by a macro as one op */
static const struct op keys[] = { N(DGSEC_A_ASSOC_KEYS), TXK, TXI, RXK, RXI, E, { END } };
static const struct op endpoints[] = { RADDR, RPORT, LADDR, LPORT, { END } };

#define KEYS	{ LIST, .list = keys }
#define ENDPOINTS	{ LIST, .list = endpoints }

static const struct op whole[] = { BY, PROTO, CIPHER, ENDPOINTS, KEYS, { END } };

#define WHOLE	{ LIST, .list = whole }

#define EADDR	{ ADDR, DGSEC_A_ENDPOINT_REMOTE_ADDR, 0, "fd00:6::78" }
#define EPORT	{ BE16, DGSEC_A_ENDPOINT_REMOTE_PORT, 7778 }
#define ELADDR	{ LOCAL, DGSEC_A_ENDPOINT_LOCAL_ADDR }
#define ELPORT	{ BE16, DGSEC_A_ENDPOINT_LOCAL_PORT, 0 }

static const struct op endpoint[] = {
	N(DGSEC_A_ENDPOINT), EADDR, EPORT, ELADDR, ELPORT, E, { END }
};

static const struct op alert[] = {
	N(DGSEC_A_ALERT), { U8, DGSEC_A_ALERT_LEVEL, 1 },
	{ U8, DGSEC_A_ALERT_DESCRIPTION, 90 }, E, { END }
};

#define ENDPOINT	{ LIST, .list = endpoint }
#define ALERT	{ LIST, .list = alert }

const struct row rows[] = {
	/* which interface */
	{ "no interface named", DGSEC_CMD_INTERFACE_GET, EINVAL },
	{ "interface-get works", DGSEC_CMD_INTERFACE_GET, 0, { IF } },
	{ "interface-get by the lower device works", DGSEC_CMD_INTERFACE_GET, 0, { { LOWER } } },
	{ "an ifindex that is not there", DGSEC_CMD_INTERFACE_GET, ENODEV,
	  { { U32, DGSEC_A_IFINDEX, 0x7ffffff0 } } },
	{ "a lower ifindex that is not there", DGSEC_CMD_INTERFACE_GET, ENODEV,
	  { { U32, DGSEC_A_LOWER_IFINDEX, 0x7ffffff0 } } },
	{ "an ifindex of another kind of device", DGSEC_CMD_INTERFACE_GET, ENODEV,
	  { { U32, DGSEC_A_IFINDEX, 1 } } },
	{ "ifindex 0", DGSEC_CMD_INTERFACE_GET, ERANGE, { { U32, DGSEC_A_IFINDEX, 0 } } },
	{ "ifindex and lower-ifindex at odds", DGSEC_CMD_INTERFACE_GET, EINVAL,
	  { IF, { U32, DGSEC_A_LOWER_IFINDEX, 1 } } },
	{ "ifindex of two octets", DGSEC_CMD_INTERFACE_GET, EINVAL,
	  { { U16, DGSEC_A_IFINDEX, 3 } } },
	{ "ifindex of eight octets", DGSEC_CMD_INTERFACE_GET, EINVAL,
	  { { U64, DGSEC_A_IFINDEX, 3 } } },
	{ "ifindex twice", DGSEC_CMD_INTERFACE_GET, EINVAL, { IF, IF } },
	{ "an unknown attribute", DGSEC_CMD_INTERFACE_GET, EINVAL, { IF, { U32, 99, 1 } } },
	{ "an attribute of another command", DGSEC_CMD_INTERFACE_GET, EINVAL,
	  { IF, { U32, DGSEC_A_COUNT, 1 } } },
	{ "half an attribute header at the end", DGSEC_CMD_INTERFACE_GET, EINVAL,
	  { IF, { RAW, 0, 0, "0900" } } },
	{ "an attribute longer than the message", DGSEC_CMD_INTERFACE_GET, EINVAL,
	  { IF, { RAW, 0, 0, "ff000100" } } },

	/* settings of the interface */
	{ "interface-set works", DGSEC_CMD_INTERFACE_SET, 0,
	  I({ U32, DGSEC_A_INTERFACE_HANDSHAKE_RATE, 100 }) },
	{ "interface-set without settings", DGSEC_CMD_INTERFACE_SET, EINVAL, { IF } },
	{ "handshake-rate out of range", DGSEC_CMD_INTERFACE_SET, ERANGE,
	  I({ U32, DGSEC_A_INTERFACE_HANDSHAKE_RATE, 1000001 }) },
	{ "handshake-burst 0", DGSEC_CMD_INTERFACE_SET, ERANGE,
	  I({ U32, DGSEC_A_INTERFACE_HANDSHAKE_BURST, 0 }) },
	{ "max-exchanges out of range", DGSEC_CMD_INTERFACE_SET, ERANGE,
	  I({ U32, DGSEC_A_INTERFACE_MAX_EXCHANGES, 131073 }) },
	{ "max-peer-exchanges out of range", DGSEC_CMD_INTERFACE_SET, ERANGE,
	  I({ U32, DGSEC_A_INTERFACE_MAX_PEER_EXCHANGES, 16385 }) },
	{ "exchanges given", DGSEC_CMD_INTERFACE_SET, EINVAL,
	  I({ U32, DGSEC_A_INTERFACE_EXCHANGES, 1 }) },
	{ "handshake-rate twice", DGSEC_CMD_INTERFACE_SET, EINVAL,
	  I({ U32, DGSEC_A_INTERFACE_HANDSHAKE_RATE, 1 },
	    { U32, DGSEC_A_INTERFACE_HANDSHAKE_RATE, 2 }) },
	{ "two nests of settings", DGSEC_CMD_INTERFACE_SET, EINVAL,
	  { IF, N(DGSEC_A_INTERFACE), E, N(DGSEC_A_INTERFACE), E } },
	{ "service-addr of 4 octets", DGSEC_CMD_INTERFACE_SET, ERANGE,
	  I({ HEX, DGSEC_A_INTERFACE_SERVICE_ADDR, 0, SALT4 }) },
	{ "service-addr of 17 octets", DGSEC_CMD_INTERFACE_SET, ERANGE,
	  I({ FILL, DGSEC_A_INTERFACE_SERVICE_ADDR, 17 }) },
	{ "a multicast service", DGSEC_CMD_INTERFACE_SET, EINVAL,
	  I({ ADDR, DGSEC_A_INTERFACE_SERVICE_ADDR, 0, "ff02::1" }) },
	{ "service-port 0", DGSEC_CMD_INTERFACE_SET, EINVAL,
	  I({ U16, DGSEC_A_INTERFACE_SERVICE_PORT, 0 }) },
	{ "a setting that is only told", DGSEC_CMD_INTERFACE_SET, EINVAL,
	  I({ U32, DGSEC_A_INTERFACE_PEERS, 1 }) },
	{ "an unknown setting", DGSEC_CMD_INTERFACE_SET, EINVAL, I({ U32, 77, 1 }) },
	{ "settings without the nested flag", DGSEC_CMD_INTERFACE_SET, EINVAL,
	  { IF, { BARE, DGSEC_A_INTERFACE }, { U32, DGSEC_A_INTERFACE_HANDSHAKE_RATE, 1 }, E } },

	/* sockets */
	{ "socket-add works", DGSEC_CMD_SOCKET_ADD, 0, S({ SOCK, DGSEC_A_SOCKET_FD, S_GOOD }) },
	{ "the same socket again", DGSEC_CMD_SOCKET_ADD, EBUSY,
	  S({ SOCK, DGSEC_A_SOCKET_FD, S_GOOD }) },
	{ "another socket at the same port works", DGSEC_CMD_SOCKET_ADD, 0,
	  S({ SOCK, DGSEC_A_SOCKET_FD, S_BETTER }) },
	{ "socket-add without a nest", DGSEC_CMD_SOCKET_ADD, EINVAL, { IF } },
	{ "socket-add without fd", DGSEC_CMD_SOCKET_ADD, EINVAL,
	  S({ U32, DGSEC_A_SOCKET_PROTOCOL, DGSEC_PROTOCOL_DTLS12 }) },
	{ "fd -1", DGSEC_CMD_SOCKET_ADD, ERANGE, S({ U32, DGSEC_A_SOCKET_FD, 0xffffffff }) },
	{ "a closed fd", DGSEC_CMD_SOCKET_ADD, EBADF, S({ SOCK, DGSEC_A_SOCKET_FD, S_CLOSED }) },
	{ "a file", DGSEC_CMD_SOCKET_ADD, ENOTSOCK, S({ SOCK, DGSEC_A_SOCKET_FD, S_FILE }) },
	{ "a TCP socket", DGSEC_CMD_SOCKET_ADD, EINVAL, S({ SOCK, DGSEC_A_SOCKET_FD, S_TCP }) },
	{ "an unbound IPv4 socket", DGSEC_CMD_SOCKET_ADD, EINVAL,
	  S({ SOCK, DGSEC_A_SOCKET_FD, S_IPV4 }) },
	{ "an unbound socket", DGSEC_CMD_SOCKET_ADD, EINVAL,
	  S({ SOCK, DGSEC_A_SOCKET_FD, S_UNBOUND }) },
	{ "a socket of any device", DGSEC_CMD_SOCKET_ADD, EINVAL,
	  S({ SOCK, DGSEC_A_SOCKET_FD, S_ANY_DEVICE }) },
	{ "a socket of another device", DGSEC_CMD_SOCKET_ADD, EINVAL,
	  S({ SOCK, DGSEC_A_SOCKET_FD, S_OTHER_DEVICE }) },
	{ "a socket without SO_REUSEPORT", DGSEC_CMD_SOCKET_ADD, EINVAL,
	  S({ SOCK, DGSEC_A_SOCKET_FD, S_NO_REUSE }) },
	{ "a socket with SO_REUSEADDR", DGSEC_CMD_SOCKET_ADD, EINVAL,
	  S({ SOCK, DGSEC_A_SOCKET_FD, S_REUSEADDR }) },
	{ "a socket that takes IPv4 too", DGSEC_CMD_SOCKET_ADD, EINVAL,
	  S({ SOCK, DGSEC_A_SOCKET_FD, S_DUAL }) },
	{ "a connected socket", DGSEC_CMD_SOCKET_ADD, EINVAL,
	  S({ SOCK, DGSEC_A_SOCKET_FD, S_CONNECTED }) },
	{ "a socket with another user", DGSEC_CMD_SOCKET_ADD, EBUSY,
	  S({ SOCK, DGSEC_A_SOCKET_FD, S_ENCAP }) },
	{ "a socket of an unknown protocol", DGSEC_CMD_SOCKET_ADD, ERANGE,
	  S({ SOCK, DGSEC_A_SOCKET_FD, S_GOOD }, { U32, DGSEC_A_SOCKET_PROTOCOL, 9 }) },
	{ "socket-del without port", DGSEC_CMD_SOCKET_DEL, EINVAL,
	  S({ U32, DGSEC_A_SOCKET_PROTOCOL, 1 }) },
	{ "socket-del of a port without socket", DGSEC_CMD_SOCKET_DEL, ENOENT,
	  S({ BE16, DGSEC_A_SOCKET_PORT, 9 }) },

	/* peers */
	{ "peer-new works", DGSEC_CMD_PEER_NEW, 0,
	  P({ ADDR, DGSEC_A_PEER_INNER_ADDR, 0, "fd00:d9::98" },
	    { TEXT, DGSEC_A_PEER_NAME, 0, "bad-peer" }) },
	{ "peer-new without a nest", DGSEC_CMD_PEER_NEW, EINVAL, { IF } },
	{ "peer-new without inner-addr", DGSEC_CMD_PEER_NEW, EINVAL,
	  P({ U32, DGSEC_A_PEER_MARK, 1 }) },
	{ "peer-new with an id", DGSEC_CMD_PEER_NEW, EINVAL,
	  P(INNER, { U32, DGSEC_A_PEER_ID, 5 }) },
	{ "inner-addr taken", DGSEC_CMD_PEER_NEW, EEXIST,
	  P({ ADDR, DGSEC_A_PEER_INNER_ADDR, 0, "fd00:d9::98" }) },
	{ "name taken", DGSEC_CMD_PEER_NEW, EEXIST,
	  P(INNER, { TEXT, DGSEC_A_PEER_NAME, 0, "bad-peer" }) },
	{ "inner-addr twice", DGSEC_CMD_PEER_NEW, EINVAL, P(INNER, INNER) },
	{ "inner-addr of 15 octets", DGSEC_CMD_PEER_NEW, ERANGE,
	  P({ FILL, DGSEC_A_PEER_INNER_ADDR, 15 }) },
	{ "inner-addr of all zeros", DGSEC_CMD_PEER_NEW, EINVAL,
	  P({ ADDR, DGSEC_A_PEER_INNER_ADDR, 0, "::" }) },
	{ "inner-addr loopback", DGSEC_CMD_PEER_NEW, EINVAL,
	  P({ ADDR, DGSEC_A_PEER_INNER_ADDR, 0, "::1" }) },
	{ "inner-addr multicast", DGSEC_CMD_PEER_NEW, EINVAL,
	  P({ ADDR, DGSEC_A_PEER_INNER_ADDR, 0, "ff05::1" }) },
	{ "name of 64 octets", DGSEC_CMD_PEER_NEW, EINVAL,
	  P(INNER,
	    { TEXT, DGSEC_A_PEER_NAME, 0, NAME64 }) },
	{ "name without an end", DGSEC_CMD_PEER_NEW, EINVAL,
	  P(INNER, { HEX, DGSEC_A_PEER_NAME, 0, "414243" }) },
	{ "name that is not UTF-8", DGSEC_CMD_PEER_NEW, EINVAL,
	  P(INNER, { HEX, DGSEC_A_PEER_NAME, 0, "41ff4200" }) },
	{ "name with a control character", DGSEC_CMD_PEER_NEW, EINVAL,
	  P(INNER, { HEX, DGSEC_A_PEER_NAME, 0, "411b4200" }) },
	{ "payload out of range", DGSEC_CMD_PEER_NEW, ERANGE,
	  P(INNER, { U32, DGSEC_A_PEER_PAYLOAD, 3 }) },
	{ "max-assocs 0", DGSEC_CMD_PEER_NEW, ERANGE,
	  P(INNER, { U32, DGSEC_A_PEER_MAX_ASSOCS, 0 }) },
	{ "max-assocs 65", DGSEC_CMD_PEER_NEW, ERANGE,
	  P(INNER, { U32, DGSEC_A_PEER_MAX_ASSOCS, 65 }) },
	{ "mark of one octet", DGSEC_CMD_PEER_NEW, EINVAL,
	  P(INNER, { U8, DGSEC_A_PEER_MARK, 1 }) },
	{ "counters given", DGSEC_CMD_PEER_NEW, EINVAL,
	  P(INNER, N(DGSEC_A_PEER_STATS), { U64, DGSEC_A_STATS_RX_RECORDS, 5 }, E) },
	{ "a multicast service of a peer", DGSEC_CMD_PEER_NEW, EINVAL,
	  P(INNER, { ADDR, DGSEC_A_PEER_SERVICE_ADDR, 0, "ff02::1" }) },
	{ "garbage in the nest", DGSEC_CMD_PEER_NEW, EINVAL, P({ RAW, 0, 0, "0300ffff" }) },
	{ "peer-set works", DGSEC_CMD_PEER_SET, 0, P(ID_PEER, { U32, DGSEC_A_PEER_MARK, 7 }) },
	{ "peer-set without saying which", DGSEC_CMD_PEER_SET, EINVAL,
	  P({ U32, DGSEC_A_PEER_MARK, 7 }) },
	{ "peer-set of nobody", DGSEC_CMD_PEER_SET, ENOENT,
	  P({ U32, DGSEC_A_PEER_ID, 4000000000u }, { U32, DGSEC_A_PEER_MARK, 7 }) },
	{ "peer-set of another inner-addr", DGSEC_CMD_PEER_SET, EINVAL, P(ID_PEER, INNER) },
	{ "peer-set of another name", DGSEC_CMD_PEER_SET, EINVAL,
	  P(ID_PEER, { TEXT, DGSEC_A_PEER_NAME, 0, "other" }) },
	{ "peer-get without saying which", DGSEC_CMD_PEER_GET, EINVAL, { IF } },
	{ "peer-get of nobody", DGSEC_CMD_PEER_GET, ENOENT,
	  P({ U32, DGSEC_A_PEER_ID, 4000000000u }) },
	{ "peer-get by id and another's address", DGSEC_CMD_PEER_GET, ENOENT,
	  P({ U32, DGSEC_A_PEER_ID, 4000000000u },
	    { ADDR, DGSEC_A_PEER_INNER_ADDR, 0, "fd00:d9::98" }) },
	{ "peer-del of nobody", DGSEC_CMD_PEER_DEL, ENOENT, P(INNER) },
	{ "peer-del without saying which", DGSEC_CMD_PEER_DEL, EINVAL,
	  { IF, N(DGSEC_A_PEER), E } },

	/* associations */
	{ "assoc-new works", DGSEC_CMD_ASSOC_NEW, 0, A(WHOLE) },
	{ "assoc-new at the same endpoint", DGSEC_CMD_ASSOC_NEW, EEXIST, A(WHOLE) },
	{ "assoc-new with an id", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(WHOLE, { FLAG, DGSEC_A_ASSOC_REPLACE }, { U32, DGSEC_A_ASSOC_ID, 3 }) },
	{ "assoc-new without a nest", DGSEC_CMD_ASSOC_NEW, EINVAL, { IF } },
#define R	{ FLAG, DGSEC_A_ASSOC_REPLACE }
	{ "no peer", DGSEC_CMD_ASSOC_NEW, EINVAL, A(R, PROTO, CIPHER, ENDPOINTS, KEYS) },
	{ "a peer that is not there", DGSEC_CMD_ASSOC_NEW, ENOENT,
	  A(R, { U32, DGSEC_A_ASSOC_PEER_ID, 4000000000u }, PROTO, CIPHER, ENDPOINTS, KEYS) },
	{ "no protocol", DGSEC_CMD_ASSOC_NEW, EINVAL, A(R, BY, CIPHER, ENDPOINTS, KEYS) },
	{ "protocol 3", DGSEC_CMD_ASSOC_NEW, ERANGE,
	  A(R, BY, { U32, DGSEC_A_ASSOC_PROTOCOL, 3 }, CIPHER, ENDPOINTS, KEYS) },
	{ "protocol none with keys", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, NOSEC, ENDPOINTS, KEYS) },
	{ "protocol none with a cipher", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, NOSEC, CIPHER, ENDPOINTS) },
	{ "protocol none beside security", DGSEC_CMD_ASSOC_NEW, EBUSY,
	  A(R, BY, NOSEC, ENDPOINTS) },
	{ "no cipher", DGSEC_CMD_ASSOC_NEW, EINVAL, A(R, BY, PROTO, ENDPOINTS, KEYS) },
	{ "cipher 0", DGSEC_CMD_ASSOC_NEW, ERANGE,
	  A(R, BY, PROTO, { U32, DGSEC_A_ASSOC_CIPHER, 0 }, ENDPOINTS, KEYS) },
	{ "cipher 8", DGSEC_CMD_ASSOC_NEW, ERANGE,
	  A(R, BY, PROTO, { U32, DGSEC_A_ASSOC_CIPHER, 8 }, ENDPOINTS, KEYS) },
	{ "keys of 128 bits, a cipher of 256", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, { U32, DGSEC_A_ASSOC_CIPHER, DGSEC_CIPHER_AES_256_GCM }, ENDPOINTS,
	    KEYS) },
	{ "cipher twice", DGSEC_CMD_ASSOC_NEW, EINVAL, A(R, WHOLE, CIPHER) },
	{ "role 3", DGSEC_CMD_ASSOC_NEW, ERANGE, A(R, WHOLE, { U32, DGSEC_A_ASSOC_ROLE, 3 }) },
	{ "epoch 0", DGSEC_CMD_ASSOC_NEW, ERANGE, A(R, WHOLE, { U16, DGSEC_A_ASSOC_EPOCH, 0 }) },
	{ "no remote-addr", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, RPORT, LADDR, LPORT, KEYS) },
	{ "no remote-port", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, RADDR, LADDR, LPORT, KEYS) },
	{ "no local-addr", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, RADDR, RPORT, LPORT, KEYS) },
	{ "no local-port", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, RADDR, RPORT, LADDR, KEYS) },
	{ "remote-port 0", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, RADDR, { U16, DGSEC_A_ASSOC_REMOTE_PORT, 0 }, LADDR, LPORT,
	    KEYS) },
	{ "a multicast remote-addr", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, { ADDR, DGSEC_A_ASSOC_REMOTE_ADDR, 0, "ff02::1" }, RPORT, LADDR,
	    LPORT, KEYS) },
	{ "an IPv4 multicast remote-addr", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, { ADDR, DGSEC_A_ASSOC_REMOTE_ADDR, 0, "::ffff:224.0.0.1" },
	    RPORT, LADDR, LPORT, KEYS) },
	{ "a remote-addr of IPv4, a local one of IPv6", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, { ADDR, DGSEC_A_ASSOC_REMOTE_ADDR, 0, "::ffff:192.0.2.1" },
	    RPORT, LADDR, LPORT, KEYS) },
	{ "remote-addr of 4 octets", DGSEC_CMD_ASSOC_NEW, ERANGE,
	  A(R, BY, PROTO, CIPHER, { FILL, DGSEC_A_ASSOC_REMOTE_ADDR, 4 }, RPORT, LADDR, LPORT,
	    KEYS) },
	{ "no keys", DGSEC_CMD_ASSOC_NEW, EINVAL, A(R, BY, PROTO, CIPHER, ENDPOINTS) },
	{ "keys without tx-key", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, ENDPOINTS, N(DGSEC_A_ASSOC_KEYS), TXI, RXK, RXI, E) },
	{ "keys without rx-iv", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, ENDPOINTS, N(DGSEC_A_ASSOC_KEYS), TXK, TXI, RXK, E) },
	{ "tx-key of 15 octets", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, ENDPOINTS, N(DGSEC_A_ASSOC_KEYS),
	    { FILL, DGSEC_A_KEYS_TX_KEY, 15 }, TXI, RXK, RXI, E) },
	{ "rx-key of 32 octets", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, ENDPOINTS, N(DGSEC_A_ASSOC_KEYS), TXK, TXI,
	    { FILL, DGSEC_A_KEYS_RX_KEY, 32 }, RXI, E) },
	{ "rx-key empty", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, ENDPOINTS, N(DGSEC_A_ASSOC_KEYS), TXK, TXI,
	    { FILL, DGSEC_A_KEYS_RX_KEY, 0 }, RXI, E) },
	{ "rx-iv of 3 octets", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, ENDPOINTS, N(DGSEC_A_ASSOC_KEYS), TXK, TXI, RXK,
	    { FILL, DGSEC_A_KEYS_RX_IV, 3 }, E) },
	{ "tx-iv of 12 octets", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, ENDPOINTS, N(DGSEC_A_ASSOC_KEYS), TXK,
	    { FILL, DGSEC_A_KEYS_TX_IV, 12 }, RXK, RXI, E) },
	{ "tx-key of 60000 octets", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, ENDPOINTS, N(DGSEC_A_ASSOC_KEYS),
	    { FILL, DGSEC_A_KEYS_TX_KEY, 60000 }, TXI, RXK, RXI, E) },
	{ "tx-key twice", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, ENDPOINTS, N(DGSEC_A_ASSOC_KEYS), TXK, TXK, TXI, RXK, RXI, E) },
	{ "the same key for both directions", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, ENDPOINTS, N(DGSEC_A_ASSOC_KEYS), TXK, TXI,
	    { HEX, DGSEC_A_KEYS_RX_KEY, 0, KEY16 }, RXI, E) },
	{ "an unknown key", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, BY, PROTO, CIPHER, ENDPOINTS, N(DGSEC_A_ASSOC_KEYS), TXK, TXI, RXK, RXI,
	    { U32, 9, 1 }, E) },
	{ "window 0", DGSEC_CMD_ASSOC_NEW, ERANGE,
	  A(R, WHOLE, { U32, DGSEC_A_ASSOC_WINDOW, 0 }) },
	{ "window 63", DGSEC_CMD_ASSOC_NEW, ERANGE,
	  A(R, WHOLE, { U32, DGSEC_A_ASSOC_WINDOW, 63 }) },
	{ "window 65", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, WHOLE, { U32, DGSEC_A_ASSOC_WINDOW, 65 }) },
	{ "window 1025", DGSEC_CMD_ASSOC_NEW, ERANGE,
	  A(R, WHOLE, { U32, DGSEC_A_ASSOC_WINDOW, 1025 }) },
	{ "tx-seq of 2^48", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, WHOLE, { U64, DGSEC_A_ASSOC_TX_SEQ, 1ULL << 48 }) },
	{ "rx-seq of 2^48", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, WHOLE, { U64, DGSEC_A_ASSOC_RX_SEQ, 1ULL << 48 }) },
	{ "tx-seq of four octets", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, WHOLE, { U32, DGSEC_A_ASSOC_TX_SEQ, 1 }) },
	{ "close on creation", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, WHOLE, { FLAG, DGSEC_A_ASSOC_CLOSE }) },
	{ "an age given", DGSEC_CMD_ASSOC_NEW, EINVAL,
	  A(R, WHOLE, { U32, DGSEC_A_ASSOC_AGE, 1 }) },
	{ "a flag with content", DGSEC_CMD_ASSOC_NEW, ERANGE,
	  A(WHOLE, { U32, DGSEC_A_ASSOC_REPLACE, 1 }) },
#undef R
	{ "assoc-set works", DGSEC_CMD_ASSOC_SET, 0,
	  A(ASSOC_ID, { U64, DGSEC_A_ASSOC_HARD_PACKETS, 1000 }) },
	{ "assoc-set without id", DGSEC_CMD_ASSOC_SET, EINVAL,
	  A({ U64, DGSEC_A_ASSOC_HARD_PACKETS, 1 }) },
	{ "assoc-set of none", DGSEC_CMD_ASSOC_SET, ENOENT,
	  A({ U32, DGSEC_A_ASSOC_ID, 4000000000u }, { U64, DGSEC_A_ASSOC_HARD_PACKETS, 1 }) },
	{ "assoc-set of tx-seq", DGSEC_CMD_ASSOC_SET, EINVAL,
	  A(ASSOC_ID, { U64, DGSEC_A_ASSOC_TX_SEQ, 1 }) },
	{ "assoc-set of keys", DGSEC_CMD_ASSOC_SET, EINVAL, A(ASSOC_ID, KEYS) },
	{ "assoc-set of a window", DGSEC_CMD_ASSOC_SET, EINVAL,
	  A(ASSOC_ID, { U32, DGSEC_A_ASSOC_WINDOW, 128 }) },
	{ "assoc-get of none", DGSEC_CMD_ASSOC_GET, ENOENT,
	  A({ U32, DGSEC_A_ASSOC_ID, 4000000000u }) },
	{ "assoc-get without id", DGSEC_CMD_ASSOC_GET, EINVAL, { IF } },
	{ "a dump of the associations of nobody", DGSEC_CMD_ASSOC_GET, ENOENT,
	  A({ U32, DGSEC_A_ASSOC_PEER_ID, 4000000000u }), NLM_F_DUMP },
	{ "a dump of the exchanges of nobody", DGSEC_CMD_EXCHANGE_GET, ENOENT,
	  { IF, N(DGSEC_A_EXCHANGE),
	    { U32, DGSEC_A_EXCHANGE_PEER_ID, 4000000000u }, E },
	  NLM_F_DUMP },
	{ "a dump without interface", DGSEC_CMD_PEER_GET, EINVAL, { }, NLM_F_DUMP },
	{ "assoc-del of none", DGSEC_CMD_ASSOC_DEL, ENOENT,
	  A({ U32, DGSEC_A_ASSOC_ID, 4000000000u }) },
	{ "assoc-del without id", DGSEC_CMD_ASSOC_DEL, EINVAL, A({ FLAG, DGSEC_A_ASSOC_CLOSE }) },

	/* endpoints that are expected, datagrams that are injected */
	{ "expect-add works", DGSEC_CMD_EXPECT_ADD, 0, { IF, ENDPOINT } },
	{ "expect-add without a nest", DGSEC_CMD_EXPECT_ADD, EINVAL, { IF } },
	{ "expect-add without a port", DGSEC_CMD_EXPECT_ADD, EINVAL,
	  { IF, N(DGSEC_A_ENDPOINT), EADDR, ELADDR, ELPORT, E } },
	{ "expect-add for 0 seconds", DGSEC_CMD_EXPECT_ADD, ERANGE,
	  { IF, N(DGSEC_A_ENDPOINT), EADDR, EPORT, ELADDR, ELPORT,
	    { U32, DGSEC_A_ENDPOINT_SECONDS, 0 }, E } },
	{ "expect-add for 301 seconds", DGSEC_CMD_EXPECT_ADD, ERANGE,
	  { IF, N(DGSEC_A_ENDPOINT), EADDR, EPORT, ELADDR, ELPORT,
	    { U32, DGSEC_A_ENDPOINT_SECONDS, 301 }, E } },
	{ "expect-del of an endpoint not expected", DGSEC_CMD_EXPECT_DEL, ENOENT,
	  { IF, N(DGSEC_A_ENDPOINT), EADDR, { BE16, DGSEC_A_ENDPOINT_REMOTE_PORT, 1 }, ELADDR,
	    ELPORT, E } },
	{ "expect-del works", DGSEC_CMD_EXPECT_DEL, 0, { IF, ENDPOINT } },
	{ "inject without a datagram", DGSEC_CMD_INJECT, EINVAL, { IF, ENDPOINT } },
	{ "inject without an endpoint", DGSEC_CMD_INJECT, EINVAL,
	  { IF, { FILL, DGSEC_A_DATAGRAM, 64 } } },
	{ "inject of 16385 octets", DGSEC_CMD_INJECT, EINVAL,
	  { IF, ENDPOINT, { FILL, DGSEC_A_DATAGRAM, 16385 } } },

	/* alerts */
	{ "alert-send works", DGSEC_CMD_ALERT_SEND, 0,
	  { IF, N(DGSEC_A_ASSOC), ASSOC_ID, E, ALERT } },
	{ "alert-send on none", DGSEC_CMD_ALERT_SEND, ENOENT,
	  { IF, N(DGSEC_A_ASSOC), { U32, DGSEC_A_ASSOC_ID, 4000000000u }, E, ALERT } },
	{ "alert-send without an association", DGSEC_CMD_ALERT_SEND, EINVAL, { IF, ALERT } },
	{ "alert-send without an alert", DGSEC_CMD_ALERT_SEND, EINVAL,
	  { IF, N(DGSEC_A_ASSOC), ASSOC_ID, E } },
	{ "alert of level 3", DGSEC_CMD_ALERT_SEND, ERANGE,
	  { IF, N(DGSEC_A_ASSOC), ASSOC_ID, E, N(DGSEC_A_ALERT), { U8, DGSEC_A_ALERT_LEVEL, 3 },
	    { U8, DGSEC_A_ALERT_DESCRIPTION, 90 }, E } },
	{ "alert without a description", DGSEC_CMD_ALERT_SEND, EINVAL,
	  { IF, N(DGSEC_A_ASSOC), ASSOC_ID, E, N(DGSEC_A_ALERT), { U8, DGSEC_A_ALERT_LEVEL, 1 },
	    E } },

	/* what waits */
	{ "acquire-done works", DGSEC_CMD_ACQUIRE_DONE, 0, P(ID_PEER) },
	{ "acquire-done with a time", DGSEC_CMD_ACQUIRE_DONE, 0,
	  { IF, N(DGSEC_A_PEER), ID_PEER, E, { U32, DGSEC_A_SECONDS, 3600 } } },
	{ "acquire-done for more than an hour", DGSEC_CMD_ACQUIRE_DONE, ERANGE,
	  { IF, N(DGSEC_A_PEER), ID_PEER, E, { U32, DGSEC_A_SECONDS, 3601 } } },
	{ "acquire-done without a peer", DGSEC_CMD_ACQUIRE_DONE, EINVAL, { IF } },
	{ "acquire-done for nobody", DGSEC_CMD_ACQUIRE_DONE, ENOENT,
	  P({ U32, DGSEC_A_PEER_ID, 4000000000u }) },
	{ "acquire-done with a setting", DGSEC_CMD_ACQUIRE_DONE, EINVAL,
	  P(ID_PEER, { U32, DGSEC_A_PEER_ACQUIRE, 1 }) },
	{ "acquire 2", DGSEC_CMD_PEER_SET, ERANGE,
	  P(ID_PEER, { U32, DGSEC_A_PEER_ACQUIRE, 2 }) },
	{ "queued given", DGSEC_CMD_PEER_SET, EINVAL,
	  P(ID_PEER, { U32, DGSEC_A_PEER_QUEUED, 1 }) },
	{ "queue-len 65", DGSEC_CMD_INTERFACE_SET, ERANGE,
	  I({ U32, DGSEC_A_INTERFACE_QUEUE_LEN, 65 }) },
	{ "queue-max 30001", DGSEC_CMD_INTERFACE_SET, ERANGE,
	  I({ U32, DGSEC_A_INTERFACE_QUEUE_MAX, 30001 }) },
	{ "queue-seconds 0", DGSEC_CMD_INTERFACE_SET, ERANGE,
	  I({ U32, DGSEC_A_INTERFACE_QUEUE_SECONDS, 0 }) },
	{ "queue-seconds 301", DGSEC_CMD_INTERFACE_SET, ERANGE,
	  I({ U32, DGSEC_A_INTERFACE_QUEUE_SECONDS, 301 }) },
	{ "succeeds is not for assoc-set", DGSEC_CMD_ASSOC_SET, EINVAL,
	  A(ASSOC_ID, { U32, DGSEC_A_ASSOC_SUCCEEDS, 1 }) },

	/* what was made can be taken away, so it was not harmed */
	{ "assoc-del works", DGSEC_CMD_ASSOC_DEL, 0, A(ASSOC_ID) },
	{ "peer-del works", DGSEC_CMD_PEER_DEL, 0, P(ID_PEER) },
};

const size_t n_rows = ARRAY_SIZE(rows);
