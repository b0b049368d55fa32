// SPDX-License-Identifier: GPL-2.0
/* The netlink commands about associations. */

#include <net/genetlink.h>

#include "lookup.h"
#include "netlink_gen.h"
#include "netlink_util.h"
#include "peer.h"
#include "tx.h"

/* What can be set of an association, at any time and on creation */
#define LIMITS	(BIT_ULL(DGSEC_A_ASSOC_SOFT_PACKETS) |			\
		 BIT_ULL(DGSEC_A_ASSOC_HARD_PACKETS) |			\
		 BIT_ULL(DGSEC_A_ASSOC_SOFT_BYTES) |			\
		 BIT_ULL(DGSEC_A_ASSOC_HARD_BYTES) |			\
		 BIT_ULL(DGSEC_A_ASSOC_SOFT_FAILED) |			\
		 BIT_ULL(DGSEC_A_ASSOC_HARD_FAILED) |			\
		 BIT_ULL(DGSEC_A_ASSOC_SOFT_SECONDS) |			\
		 BIT_ULL(DGSEC_A_ASSOC_HARD_SECONDS) |			\
		 BIT_ULL(DGSEC_A_ASSOC_IDLE_SECONDS) |			\
		 BIT_ULL(DGSEC_A_ASSOC_UNANSWERED_SECONDS))
#define SECURITY (BIT_ULL(DGSEC_A_ASSOC_CIPHER) |			\
		 BIT_ULL(DGSEC_A_ASSOC_ROLE) |				\
		 BIT_ULL(DGSEC_A_ASSOC_EPOCH) |				\
		 BIT_ULL(DGSEC_A_ASSOC_KEYS) |				\
		 BIT_ULL(DGSEC_A_ASSOC_TX_SEQ) |			\
		 BIT_ULL(DGSEC_A_ASSOC_RX_SEQ) |			\
		 BIT_ULL(DGSEC_A_ASSOC_WINDOW) |			\
		 BIT_ULL(DGSEC_A_ASSOC_RX_CID) |			\
		 BIT_ULL(DGSEC_A_ASSOC_TX_CID) |			\
		 BIT_ULL(DGSEC_A_ASSOC_TX_MAX) |			\
		 BIT_ULL(DGSEC_A_ASSOC_RX_MAX) |			\
		 BIT_ULL(DGSEC_A_ASSOC_SUCCEEDS))
#define CONFIG	(BIT_ULL(DGSEC_A_ASSOC_PEER_ID) |			\
		 BIT_ULL(DGSEC_A_ASSOC_PROTOCOL) |			\
		 BIT_ULL(DGSEC_A_ASSOC_REMOTE_ADDR) |			\
		 BIT_ULL(DGSEC_A_ASSOC_REMOTE_PORT) |			\
		 BIT_ULL(DGSEC_A_ASSOC_LOCAL_ADDR) |			\
		 BIT_ULL(DGSEC_A_ASSOC_LOCAL_PORT) |			\
		 BIT_ULL(DGSEC_A_ASSOC_REPLACE) | SECURITY | LIMITS)

static int put_limits(struct sk_buff *skb, const struct dgsec_assoc *a)
{
	const struct dgsec_limits limits = dgsec_lifetime_in_force(a);
	const struct dgsec_limits *l = &limits;
	const int pad = DGSEC_A_ASSOC_PAD;

	if (nla_put_u64_64bit(skb, DGSEC_A_ASSOC_SOFT_PACKETS,
			      l->soft_packets, pad) ||
	    nla_put_u64_64bit(skb, DGSEC_A_ASSOC_HARD_PACKETS,
			      l->hard_packets, pad) ||
	    nla_put_u64_64bit(skb, DGSEC_A_ASSOC_SOFT_BYTES,
			      l->soft_bytes, pad) ||
	    nla_put_u64_64bit(skb, DGSEC_A_ASSOC_HARD_BYTES,
			      l->hard_bytes, pad) ||
	    nla_put_u64_64bit(skb, DGSEC_A_ASSOC_SOFT_FAILED,
			      l->soft_failed, pad) ||
	    nla_put_u64_64bit(skb, DGSEC_A_ASSOC_HARD_FAILED,
			      l->hard_failed, pad) ||
	    nla_put_u32(skb, DGSEC_A_ASSOC_SOFT_SECONDS, l->soft_seconds) ||
	    nla_put_u32(skb, DGSEC_A_ASSOC_HARD_SECONDS, l->hard_seconds) ||
	    nla_put_u32(skb, DGSEC_A_ASSOC_IDLE_SECONDS, l->idle_seconds) ||
	    (l->tx_max && nla_put_u32(skb, DGSEC_A_ASSOC_TX_MAX, l->tx_max)) ||
	    (l->rx_max && nla_put_u32(skb, DGSEC_A_ASSOC_RX_MAX, l->rx_max)) ||
	    nla_put_u32(skb, DGSEC_A_ASSOC_UNANSWERED_SECONDS,
			l->unanswered_seconds))
		return -EMSGSIZE;
	return 0;
}

static int put_ages(struct sk_buff *skb, const struct dgsec_assoc *a)
{
	u32 rx = READ_ONCE(a->last_rx), tx = READ_ONCE(a->last_tx);
	u32 now = dgsec_now();

	if (nla_put_u32(skb, DGSEC_A_ASSOC_AGE,
			dgsec_since(a->created, now)) ||
	    (rx && nla_put_u32(skb, DGSEC_A_ASSOC_RX_AGE,
			       dgsec_since(rx, now))) ||
	    (tx && nla_put_u32(skb, DGSEC_A_ASSOC_TX_AGE,
			       dgsec_since(tx, now))))
		return -EMSGSIZE;
	return 0;
}

static int put_cids(struct sk_buff *skb, const struct dgsec_assoc *a)
{
	const struct dgsec_cids *c = a->cids;

	if (c && ((c->rx.len && nla_put(skb, DGSEC_A_ASSOC_RX_CID, c->rx.len,
					c->rx.id)) ||
		  (c->tx.len && nla_put(skb, DGSEC_A_ASSOC_TX_CID, c->tx.len,
					c->tx.id))))
		return -EMSGSIZE;
	return 0;
}

/* What only an association with security has */
static int put_security(struct sk_buff *skb, const struct dgsec_assoc *a)
{
	u64 next = READ_ONCE(a->replay.next);
	const int pad = DGSEC_A_ASSOC_PAD;

	if (a->protocol == DGSEC_PROTOCOL_NONE)
		return 0;
	if (nla_put_u32(skb, DGSEC_A_ASSOC_CIPHER, a->tx.cipher) ||
	    nla_put_u32(skb, DGSEC_A_ASSOC_ROLE, a->role) ||
	    nla_put_u16(skb, DGSEC_A_ASSOC_EPOCH, a->epoch) ||
	    nla_put_u64_64bit(skb, DGSEC_A_ASSOC_TX_SEQ,
			      atomic64_read(&a->tx_seq), pad) ||
	    (next && nla_put_u64_64bit(skb, DGSEC_A_ASSOC_RX_SEQ, next - 1,
				       pad)) ||
	    nla_put_u32(skb, DGSEC_A_ASSOC_WINDOW, a->replay.window))
		return -EMSGSIZE;
	return put_cids(skb, a);
}

static int put_assoc(struct sk_buff *skb, const struct dgsec_assoc *a)
{
	struct nlattr *nest = nla_nest_start(skb, DGSEC_A_ASSOC);
	struct dgsec_path copy;
	const struct dgsec_path *path = dgsec_assoc_path(a, &copy);

	if (!nest || nla_put_u32(skb, DGSEC_A_ASSOC_ID, a->id) ||
	    nla_put_u32(skb, DGSEC_A_ASSOC_PEER_ID, a->peer->id) ||
	    nla_put_u32(skb, DGSEC_A_ASSOC_PROTOCOL, a->protocol) ||
	    nla_put_in6_addr(skb, DGSEC_A_ASSOC_REMOTE_ADDR, &path->remote.addr) ||
	    nla_put_be16(skb, DGSEC_A_ASSOC_REMOTE_PORT, path->remote.port) ||
	    nla_put_in6_addr(skb, DGSEC_A_ASSOC_LOCAL_ADDR, &path->local) ||
	    nla_put_be16(skb, DGSEC_A_ASSOC_LOCAL_PORT,
			 path->remote.local_port) ||
	    nla_put_be16(skb, DGSEC_A_ASSOC_INNER_PORT, a->inner_port) ||
	    put_security(skb, a) ||
	    put_limits(skb, a) || put_ages(skb, a) ||
	    (test_bit(DGSEC_ASSOC_CONFIRMED, &a->flags) &&
	     nla_put_flag(skb, DGSEC_A_ASSOC_CONFIRMED)) ||
	    (test_bit(DGSEC_ASSOC_ENDED, &a->flags) &&
	     nla_put_flag(skb, DGSEC_A_ASSOC_EXPIRED)) ||
	    dgsec_counts_put(skb, DGSEC_A_ASSOC_STATS, &a->counts))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int reply(struct genl_info *info, const struct dgsec_assoc *a, int cmd)
{
	struct dgsec_iface *iface = info->user_ptr[0];
	struct sk_buff *msg;
	void *header;

	msg = dgsec_nl_reply(info, cmd, &header);
	if (!msg)
		return -ENOMEM;
	if (dgsec_nl_put_ifindex(msg, genl_info_net(info), iface) ||
	    put_assoc(msg, a)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, header);
	return genlmsg_reply(msg, info);
}

/* The association that a request names, which may give @allowed besides */
static struct dgsec_assoc *named(struct genl_info *info, struct nlattr **tb,
				 u64 allowed)
{
	struct dgsec_iface *iface = info->user_ptr[0];
	struct dgsec_assoc *a;
	int err;

	err = dgsec_nl_nest(info, DGSEC_A_ASSOC, tb, DGSEC_A_ASSOC_MAX,
			    dgsec_assoc_nl_policy,
			    BIT_ULL(DGSEC_A_ASSOC_ID) | allowed);
	if (err)
		return ERR_PTR(err);
	if (!tb[DGSEC_A_ASSOC_ID]) {
		NL_SET_ERR_MSG(info->extack, "name the association by id");
		return ERR_PTR(-EINVAL);
	}
	a = xa_load(&iface->assocs, nla_get_u32(tb[DGSEC_A_ASSOC_ID]));
	if (!a || test_bit(DGSEC_ASSOC_ENDED, &a->flags)) {
		NL_SET_ERR_MSG(info->extack, "there is no such association");
		return ERR_PTR(-ENOENT);
	}
	return a;
}

/**
 * dgsec_nl_get_endpoint - take an outer endpoint from its attributes
 * @addr: remote address, may be NULL
 * @port: remote port, may be NULL
 * @local_port: port of the socket, may be NULL
 * @remote: to be filled
 * @extack: gets the text of a refusal
 *
 * Return: 0 or -EINVAL.
 */
int dgsec_nl_get_endpoint(const struct nlattr *addr, const struct nlattr *port,
			  const struct nlattr *local_port,
			  struct dgsec_endpoint *remote,
			  struct netlink_ext_ack *extack)
{
	if (!addr || !port || !local_port) {
		NL_SET_ERR_MSG(extack, "remote address, remote port or local port is missing");
		return -EINVAL;
	}
	remote->addr = nla_get_in6_addr(addr);
	remote->port = nla_get_be16(port);
	remote->local_port = nla_get_be16(local_port);
	if (!dgsec_nl_is_outer(&remote->addr)) {
		NL_SET_ERR_MSG_ATTR(extack, addr,
				    "the remote address must be an IPv6 or (mapped) IPv4 unicast address");
		return -EINVAL;
	}
	if (!remote->port || !remote->local_port) {
		NL_SET_ERR_MSG(extack, "a port cannot be 0");
		return -EINVAL;
	}
	return 0;
}

static int get_cids(const struct dgsec_iface *iface, struct nlattr **tb,
		    struct dgsec_assoc_config *c,
		    struct netlink_ext_ack *extack)
{
	const struct nlattr *rx = tb[DGSEC_A_ASSOC_RX_CID];
	const struct nlattr *tx = tb[DGSEC_A_ASSOC_TX_CID];

	if (rx && (!nla_len(rx) || nla_len(rx) != iface->cid_len)) {
		NL_SET_ERR_MSG_ATTR(extack, rx,
				    "our connection ID must be as long as cid-len of the interface says");
		return -EINVAL;
	}
	if (tx && (!nla_len(tx) || nla_len(tx) > DTLS12_CID_MAX)) {
		NL_SET_ERR_MSG_ATTR(extack, tx,
				    "the peer's connection ID must be of 1 to 32 octets");
		return -EINVAL;
	}
	if (rx) {
		c->rx_cid.id = nla_data(rx);
		c->rx_cid.len = nla_len(rx);
	}
	if (tx) {
		c->tx_cid.id = nla_data(tx);
		c->tx_cid.len = nla_len(tx);
	}
	return 0;
}

static void get_limits(struct nlattr **tb, struct dgsec_limits *l)
{
	static const struct {
		u16 attr, offset;
	} packets[] = {
		{ DGSEC_A_ASSOC_SOFT_PACKETS,
		  offsetof(struct dgsec_limits, soft_packets) },
		{ DGSEC_A_ASSOC_HARD_PACKETS,
		  offsetof(struct dgsec_limits, hard_packets) },
		{ DGSEC_A_ASSOC_SOFT_BYTES,
		  offsetof(struct dgsec_limits, soft_bytes) },
		{ DGSEC_A_ASSOC_HARD_BYTES,
		  offsetof(struct dgsec_limits, hard_bytes) },
		{ DGSEC_A_ASSOC_SOFT_FAILED,
		  offsetof(struct dgsec_limits, soft_failed) },
		{ DGSEC_A_ASSOC_HARD_FAILED,
		  offsetof(struct dgsec_limits, hard_failed) },
	}, seconds[] = {
		{ DGSEC_A_ASSOC_SOFT_SECONDS,
		  offsetof(struct dgsec_limits, soft_seconds) },
		{ DGSEC_A_ASSOC_HARD_SECONDS,
		  offsetof(struct dgsec_limits, hard_seconds) },
		{ DGSEC_A_ASSOC_IDLE_SECONDS,
		  offsetof(struct dgsec_limits, idle_seconds) },
		{ DGSEC_A_ASSOC_UNANSWERED_SECONDS,
		  offsetof(struct dgsec_limits, unanswered_seconds) },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(packets); i++)
		if (tb[packets[i].attr])
			*(u64 *)((u8 *)l + packets[i].offset) =
				nla_get_u64(tb[packets[i].attr]);
	for (i = 0; i < ARRAY_SIZE(seconds); i++)
		if (tb[seconds[i].attr])
			*(u32 *)((u8 *)l + seconds[i].offset) =
				nla_get_u32(tb[seconds[i].attr]);
}

/* One key or salt: exactly as long as the cipher needs it */
static int get_key(const struct nlattr *attr, size_t len, const u8 **key,
		   struct netlink_ext_ack *extack)
{
	if (!attr) {
		NL_SET_ERR_MSG(extack, "a key or implicit nonce part is missing: tx-key, tx-iv, rx-key, rx-iv");
		return -EINVAL;
	}
	if (nla_len(attr) != len) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the key or implicit nonce part is not as long as the cipher needs it");
		return -EINVAL;
	}
	*key = nla_data(attr);
	return 0;
}

static int get_keys(struct nlattr *nest, struct dgsec_assoc_config *c,
		    struct netlink_ext_ack *extack)
{
	size_t key_len = dgsec_aead_key_len(c->cipher);
	size_t iv_len = dgsec_aead_iv_len(c->cipher);
	struct nlattr *tb[DGSEC_A_KEYS_MAX + 1];
	int err;

	err = nla_parse_nested(tb, DGSEC_A_KEYS_MAX, nest,
			       dgsec_keys_nl_policy, extack);
	if (!err)
		err = get_key(tb[DGSEC_A_KEYS_TX_KEY], key_len, &c->tx_key,
			      extack);
	if (!err)
		err = get_key(tb[DGSEC_A_KEYS_TX_IV], iv_len, &c->tx_iv,
			      extack);
	if (!err)
		err = get_key(tb[DGSEC_A_KEYS_RX_KEY], key_len, &c->rx_key,
			      extack);
	if (!err)
		err = get_key(tb[DGSEC_A_KEYS_RX_IV], iv_len, &c->rx_iv,
			      extack);
	if (err)
		return err;
	/*
	 * Both ends would make the same nonces under one key. The numbers that
	 * are xored into an IV do not reach its first octets.
	 */
	if (!memcmp(c->tx_key, c->rx_key, key_len) &&
	    !memcmp(c->tx_iv, c->rx_iv, DTLS12_SALT_LEN)) {
		NL_SET_ERR_MSG(extack, "the two directions must have different keys");
		return -EINVAL;
	}
	return 0;
}

static int get_numbers(struct nlattr **tb, struct dgsec_assoc_config *c,
		       struct netlink_ext_ack *extack)
{
	if (tb[DGSEC_A_ASSOC_TX_SEQ])
		c->tx_seq = nla_get_u64(tb[DGSEC_A_ASSOC_TX_SEQ]);
	if (tb[DGSEC_A_ASSOC_RX_SEQ]) {
		c->rx_seq = nla_get_u64(tb[DGSEC_A_ASSOC_RX_SEQ]);
		c->has_rx_seq = true;
	}
	if (c->tx_seq > DTLS12_SEQUENCE_MAX ||
	    c->rx_seq > DTLS12_SEQUENCE_MAX) {
		NL_SET_ERR_MSG(extack, "a sequence number has 48 bits");
		return -EINVAL;
	}
	if (tb[DGSEC_A_ASSOC_WINDOW])
		c->window = nla_get_u32(tb[DGSEC_A_ASSOC_WINDOW]);
	if (c->window % 64) {
		NL_SET_ERR_MSG_ATTR(extack, tb[DGSEC_A_ASSOC_WINDOW],
				    "the window must be a multiple of 64");
		return -EINVAL;
	}
	if (tb[DGSEC_A_ASSOC_EPOCH])
		c->epoch = nla_get_u16(tb[DGSEC_A_ASSOC_EPOCH]);
	return 0;
}

/* The association whose place the new one takes, if it is there still */
static const struct dgsec_assoc *get_succeeded(struct dgsec_iface *iface,
					       const struct nlattr *id,
					       const struct dgsec_peer *peer)
{
	const struct dgsec_assoc *a;

	a = id ? xa_load(&iface->assocs, nla_get_u32(id)) : NULL;
	if (!a || a->peer != peer || test_bit(DGSEC_ASSOC_ENDED, &a->flags))
		return NULL;
	return a;
}

static int get_security(struct dgsec_iface *iface, struct nlattr **tb,
			struct dgsec_assoc_config *c,
			struct netlink_ext_ack *extack)
{
	int err;

	if (!tb[DGSEC_A_ASSOC_CIPHER] || !tb[DGSEC_A_ASSOC_KEYS]) {
		NL_SET_ERR_MSG(extack, "cipher or keys are missing");
		return -EINVAL;
	}
	c->cipher = nla_get_u32(tb[DGSEC_A_ASSOC_CIPHER]);
	if (tb[DGSEC_A_ASSOC_ROLE])
		c->role = nla_get_u32(tb[DGSEC_A_ASSOC_ROLE]);
	if (tb[DGSEC_A_ASSOC_TX_MAX])
		c->limits.tx_max = nla_get_u32(tb[DGSEC_A_ASSOC_TX_MAX]);
	if (tb[DGSEC_A_ASSOC_RX_MAX])
		c->limits.rx_max = nla_get_u32(tb[DGSEC_A_ASSOC_RX_MAX]);
	err = get_cids(iface, tb, c, extack);
	if (!err)
		err = get_numbers(tb, c, extack);
	if (!err)
		err = get_keys(tb[DGSEC_A_ASSOC_KEYS], c, extack);
	return err;
}

/* Who gives keys does not want them to be passed over. */
static int refuse_security(struct nlattr **tb, struct netlink_ext_ack *extack)
{
	int i;

	for (i = 0; i <= DGSEC_A_ASSOC_MAX; i++) {
		if (!tb[i] || !(SECURITY & BIT_ULL(i)))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, tb[i],
				    "an association of protocol none has no security: no cipher, keys, numbers, connection IDs");
		return -EINVAL;
	}
	return 0;
}

static int get_config(struct dgsec_iface *iface, struct nlattr **tb,
		      struct dgsec_assoc_config *c,
		      struct netlink_ext_ack *extack)
{
	int err;

	if (!tb[DGSEC_A_ASSOC_PEER_ID] || !tb[DGSEC_A_ASSOC_PROTOCOL] ||
	    !tb[DGSEC_A_ASSOC_LOCAL_ADDR]) {
		NL_SET_ERR_MSG(extack, "peer, protocol or local address are missing");
		return -EINVAL;
	}
	err = dgsec_nl_get_endpoint(tb[DGSEC_A_ASSOC_REMOTE_ADDR],
				    tb[DGSEC_A_ASSOC_REMOTE_PORT],
				    tb[DGSEC_A_ASSOC_LOCAL_PORT], &c->path.remote,
				    extack);
	if (err)
		return err;
	c->path.local = nla_get_in6_addr(tb[DGSEC_A_ASSOC_LOCAL_ADDR]);
	if (!dgsec_nl_is_outer(&c->path.local)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[DGSEC_A_ASSOC_LOCAL_ADDR],
				    "the local address must be an IPv6 or (mapped) IPv4 unicast address");
		return -EINVAL;
	}
	if (ipv6_addr_v4mapped(&c->path.local) !=
	    ipv6_addr_v4mapped(&c->path.remote.addr)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[DGSEC_A_ASSOC_LOCAL_ADDR],
				    "remote and local address must both be IPv6 or both IPv4");
		return -EINVAL;
	}
	c->protocol = nla_get_u32(tb[DGSEC_A_ASSOC_PROTOCOL]);
	c->replace = nla_get_flag(tb[DGSEC_A_ASSOC_REPLACE]);
	get_limits(tb, &c->limits);
	if (c->protocol == DGSEC_PROTOCOL_NONE)
		err = refuse_security(tb, extack);
	else
		err = get_security(iface, tb, c, extack);
	if (err)
		return err;
	c->peer = xa_load(&iface->peers,
			  nla_get_u32(tb[DGSEC_A_ASSOC_PEER_ID]));
	if (!c->peer) {
		NL_SET_ERR_MSG_ATTR(extack, tb[DGSEC_A_ASSOC_PEER_ID],
				    "there is no such peer");
		return -ENOENT;
	}
	c->succeeds = get_succeeded(iface, tb[DGSEC_A_ASSOC_SUCCEEDS], c->peer);
	return 0;
}

int dgsec_nl_assoc_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct dgsec_iface *iface = info->user_ptr[0];
	struct dgsec_assoc_config c = {
		.role = DGSEC_ROLE_SERVER, .epoch = 1,
		.window = DGSEC_WINDOW_MIN,
	};
	struct nlattr *tb[DGSEC_A_ASSOC_MAX + 1];
	struct nlattr *nest = info->attrs[DGSEC_A_ASSOC];
	struct dgsec_assoc *a;
	int err;

	err = dgsec_nl_nest(info, DGSEC_A_ASSOC, tb, DGSEC_A_ASSOC_MAX,
			    dgsec_assoc_nl_policy, CONFIG);
	if (err)
		goto out;
	err = get_config(iface, tb, &c, info->extack);
	if (err)
		goto out;
	a = dgsec_assoc_new(iface, &c, info->extack);
	if (IS_ERR(a)) {
		err = PTR_ERR(a);
		goto out;
	}
	err = reply(info, a, DGSEC_CMD_ASSOC_NEW);
	if (err)
		dgsec_assoc_end(a, DGSEC_REASON_DELETED);
	dgsec_assoc_reap(iface);
out:
	/* the keys have done their duty here */
	if (nest)
		memzero_explicit(nla_data(nest), nla_len(nest));
	return err;
}

int dgsec_nl_assoc_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct dgsec_iface *iface = info->user_ptr[0];
	struct nlattr *tb[DGSEC_A_ASSOC_MAX + 1];
	struct dgsec_assoc *a = named(info, tb, LIMITS);
	struct dgsec_limits limits;
	int err;

	if (IS_ERR(a))
		return PTR_ERR(a);
	limits = dgsec_lifetime_given(a);
	get_limits(tb, &limits);
	err = dgsec_lifetime_set(a, &limits);
	if (err)
		return err;
	rcu_read_lock();
	dgsec_assoc_spent(a, atomic64_read(&a->counts.rx_records),
			  atomic64_read(&a->counts.rx_bytes));
	dgsec_assoc_spent(a, atomic64_read(&a->counts.tx_records),
			  atomic64_read(&a->counts.tx_bytes));
	rcu_read_unlock();
	dgsec_assoc_arm_aging(iface, 0);
	return 0;
}

int dgsec_nl_assoc_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[DGSEC_A_ASSOC_MAX + 1];
	struct dgsec_assoc *a = named(info, tb, 0);

	if (IS_ERR(a))
		return PTR_ERR(a);
	return reply(info, a, DGSEC_CMD_ASSOC_GET);
}

int dgsec_nl_assoc_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr *tb[DGSEC_A_ASSOC_MAX + 1] = {};
	struct dgsec_nl_dump d;
	struct dgsec_assoc *a;
	unsigned long id;
	u32 peer_id = 0;
	void *header;
	int err;

	err = dgsec_nl_dump_start(cb, &d);
	if (err)
		return err;
	if (d.attrs[DGSEC_A_ASSOC]) {
		err = nla_parse_nested(tb, DGSEC_A_ASSOC_MAX,
				       d.attrs[DGSEC_A_ASSOC],
				       dgsec_assoc_nl_policy, cb->extack);
		if (err)
			goto out;
	}
	if (tb[DGSEC_A_ASSOC_PEER_ID])
		peer_id = nla_get_u32(tb[DGSEC_A_ASSOC_PEER_ID]);
	if (peer_id && !d.ctx->last && !xa_load(&d.iface->peers, peer_id)) {
		NL_SET_ERR_MSG(cb->extack, "there is no such peer");
		err = -ENOENT;
		goto out;
	}

	xa_for_each_start(&d.iface->assocs, id, a, d.ctx->last + 1) {
		if (peer_id && a->peer->id != peer_id)
			continue;
		header = dgsec_nl_dump_put(skb, cb, DGSEC_CMD_ASSOC_GET,
					   d.iface);
		err = header ? put_assoc(skb, a) : -EMSGSIZE;
		if (err) {
			if (header)
				genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
		d.ctx->last = id;
	}
out:
	dgsec_nl_dump_end(&d);
	return skb->len ?: err;
}

int dgsec_nl_assoc_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct dgsec_iface *iface = info->user_ptr[0];
	struct nlattr *tb[DGSEC_A_ASSOC_MAX + 1];
	struct dgsec_assoc *a = named(info, tb, BIT_ULL(DGSEC_A_ASSOC_CLOSE));

	if (IS_ERR(a))
		return PTR_ERR(a);
	if (nla_get_flag(tb[DGSEC_A_ASSOC_CLOSE]))
		dgsec_tx_alert(a, DTLS_ALERT_WARNING, DTLS_ALERT_CLOSE_NOTIFY,
			       GFP_KERNEL);
	dgsec_assoc_end(a, DGSEC_REASON_DELETED);
	dgsec_assoc_reap(iface);
	return 0;
}

int dgsec_nl_alert_send_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct dgsec_iface *iface = info->user_ptr[0];
	struct nlattr *alert[DGSEC_A_ALERT_MAX + 1];
	struct nlattr *tb[DGSEC_A_ASSOC_MAX + 1];
	struct dgsec_assoc *a = named(info, tb, 0);
	u8 level, description;
	int err;

	if (IS_ERR(a))
		return PTR_ERR(a);
	err = dgsec_nl_nest(info, DGSEC_A_ALERT, alert, DGSEC_A_ALERT_MAX,
			    dgsec_alert_nl_policy, ~0ULL);
	if (err)
		return err;
	if (!alert[DGSEC_A_ALERT_LEVEL] || !alert[DGSEC_A_ALERT_DESCRIPTION]) {
		NL_SET_ERR_MSG(info->extack, "level or description of the alert is missing");
		return -EINVAL;
	}
	level = nla_get_u8(alert[DGSEC_A_ALERT_LEVEL]);
	description = nla_get_u8(alert[DGSEC_A_ALERT_DESCRIPTION]);
	err = dgsec_tx_alert(a, level, description, GFP_KERNEL);
	if (err == -EOPNOTSUPP) {
		NL_SET_ERR_MSG(info->extack, "an association without security has no alerts");
		return err;
	}
	if (err)
		NL_SET_ERR_MSG(info->extack, "the alert could not be sent: see the counters of the interface");
	if (level == DTLS_ALERT_FATAL ||
	    description == DTLS_ALERT_CLOSE_NOTIFY) {
		dgsec_assoc_end(a, DGSEC_REASON_DELETED);
		dgsec_assoc_reap(iface);
	}
	return err;
}
