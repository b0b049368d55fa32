// SPDX-License-Identifier: GPL-2.0
/* The handle, and one request with its answers. */
#include "internal.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The kernel fills at most 32 KiB of a dump into one message. */
#define RECEIVE_SIZE		32768

/* Room for headers and for the small attributes of any request. */
#define REQUEST_SIZE		1024

/* libnl has error numbers of its own. */
int dg_errno(int nlerr)
{
	switch (nlerr < 0 ? -nlerr : nlerr) {
	case NLE_SUCCESS:
		return 0;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_INTR:
		return -EINTR;
	case NLE_AGAIN:
	case NLE_DUMP_INTR:
		return -EAGAIN;
	case NLE_OBJ_NOTFOUND:
		return -ENOENT;
	case NLE_INVAL:
	case NLE_RANGE:
		return -EINVAL;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	default:
		return -EIO;
	}
}

/* Keep the text of a failure; NULL: the kernel's if it is there. */
int dg_fail(struct dgsec *dg, int err, const char *text)
{
	if (!text && !dg->error[0])
		text = strerror(-err);
	if (text)
		snprintf(dg->error, sizeof(dg->error), "%s", text);
	return err;
}

int dgsec_open(struct dgsec **handle)
{
	struct dgsec *dg;
	int one = 1;
	int err;

	*handle = NULL;
	dg = calloc(1, sizeof(*dg));
	if (!dg)
		return -ENOMEM;
	dg->sk = nl_socket_alloc();
	if (!dg->sk) {
		err = -ENOMEM;
		goto err_free;
	}
	err = dg_errno(genl_connect(dg->sk));
	if (err)
		goto err_socket;
	/* CAP_ACK too keeps the kernel from sending a refused request, with
	 * its keys, back.
	 */
	if (setsockopt(nl_socket_get_fd(dg->sk), SOL_NETLINK, NETLINK_EXT_ACK,
		       &one, sizeof(one)) ||
	    setsockopt(nl_socket_get_fd(dg->sk), SOL_NETLINK, NETLINK_CAP_ACK,
		       &one, sizeof(one))) {
		err = -errno;
		goto err_socket;
	}
	nl_socket_set_msg_buf_size(dg->sk, RECEIVE_SIZE);
	dg->family = genl_ctrl_resolve(dg->sk, DGSEC_FAMILY_NAME);
	if (dg->family < 0) {
		err = dg_errno(dg->family);
		goto err_socket;
	}
	*handle = dg;
	return 0;

err_socket:
	nl_socket_free(dg->sk);
err_free:
	free(dg);
	return err;
}

void dgsec_close(struct dgsec *dg)
{
	if (!dg)
		return;
	nl_socket_free(dg->sk);
	free(dg);
}

const char *dgsec_error(const struct dgsec *dg)
{
	return dg->error;
}

/* A message with its headers and the interface. NULL: no memory. */
struct nl_msg *dg_request(struct dgsec *dg, enum dgsec_cmd cmd, int flags,
			  struct dgsec_ref dev, size_t payload)
{
	struct nl_msg *msg = nlmsg_alloc_size(REQUEST_SIZE + payload);

	if (!msg)
		return NULL;
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, dg->family, 0, flags,
			 cmd, DGSEC_FAMILY_VERSION))
		goto err;
	if (dev.ifindex && nla_put_u32(msg, DGSEC_A_IFINDEX, dev.ifindex))
		goto err;
	if (dev.lower_ifindex &&
	    nla_put_u32(msg, DGSEC_A_LOWER_IFINDEX, dev.lower_ifindex))
		goto err;
	return msg;
err:
	nlmsg_free(msg);
	return NULL;
}

struct transaction {
	struct dgsec *dg;
	int (*reply)(struct nlattr **attrs, void *arg);
	void *arg;
	uint32_t seq;		/* of the request and of its answers */
	bool done;
	int stopped;		/* what reply returned, if not 0 */
	int err;		/* what the kernel said */
};

/* Keep the text among the attributes behind an error or the end of a dump. */
static void read_extack(struct dgsec *dg, struct nlmsghdr *nlh, size_t skip)
{
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];
	size_t len = nlmsg_datalen(nlh);

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || len < skip)
		return;
	if (nla_parse(tb, NLMSGERR_ATTR_MAX,
		      (struct nlattr *)((char *)nlmsg_data(nlh) + skip),
		      len - skip, NULL) < 0)
		return;
	if (tb[NLMSGERR_ATTR_MSG])
		snprintf(dg->error, sizeof(dg->error), "%.*s",
			 nla_len(tb[NLMSGERR_ATTR_MSG]),
			 (char *)nla_data(tb[NLMSGERR_ATTR_MSG]));
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *nlerr, void *arg)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)((char *)nlerr - NLMSG_HDRLEN);
	struct transaction *t = arg;
	size_t skip = sizeof(*nlerr);

	(void)from;
	t->err = nlerr->error;
	t->done = true;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += nlerr->msg.nlmsg_len - NLMSG_HDRLEN;
	read_extack(t->dg, nlh, NLMSG_ALIGN(skip));
	return NL_STOP;
}

/* Answers to a request that was given up may still come: they are not ours.
 * libnl would expect them, and take all that follows for the wrong answer.
 */
static int on_seq(struct nl_msg *msg, void *arg)
{
	struct transaction *t = arg;

	return nlmsg_hdr(msg)->nlmsg_seq == t->seq ? NL_OK : NL_SKIP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct transaction *t = arg;

	(void)msg;
	t->done = true;
	return NL_STOP;
}

static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct transaction *t = arg;

	if (nlmsg_datalen(nlh) >= (int)sizeof(int)) {
		memcpy(&t->err, nlmsg_data(nlh), sizeof(int));
		read_extack(t->dg, nlh, NLMSG_ALIGN(sizeof(int)));
	}
	t->done = true;
	return NL_STOP;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[DGSEC_A_MAX + 1];
	struct transaction *t = arg;

	/* A list that its caller ended still has to be read to its end: else
	 * its rest would be taken for the answer to the next request.
	 */
	if (!t->reply || t->stopped)
		return NL_OK;
	if (genlmsg_parse(nlmsg_hdr(msg), 0, attrs, DGSEC_A_MAX, NULL) < 0)
		return NL_SKIP;
	t->stopped = t->reply(attrs, t->arg);
	return NL_OK;
}

static struct nl_cb *transaction_callbacks(struct transaction *t)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_CUSTOM);

	if (!cb)
		return NULL;
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, t);
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_seq, t);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, t);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, t);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, t);
	return cb;
}

/**
 * dg_transact() - send a request and read its answers to the end
 * @dg:		handle
 * @msg:	the request, or NULL; consumed, and wiped, as it may hold keys
 * @err:	what putting attributes into it returned, 0 or a libnl error
 * @reply:	called for each answer; nonzero ends a list. May be NULL
 * @arg:	handed to @reply
 *
 * Return: 0, what @reply returned, or a negative errno with its text kept.
 */
int dg_transact(struct dgsec *dg, struct nl_msg *msg, int err,
		int (*reply)(struct nlattr **attrs, void *arg), void *arg)
{
	struct transaction t = { .dg = dg, .reply = reply, .arg = arg };
	bool interrupted = false;
	struct nl_cb *cb = NULL;

	dg->error[0] = '\0';
	if (!msg)
		return dg_fail(dg, -ENOMEM, NULL);
	if (!err) {
		cb = transaction_callbacks(&t);
		err = cb ? nl_send_auto(dg->sk, msg) : -NLE_NOMEM;
		t.seq = nlmsg_hdr(msg)->nlmsg_seq;
	}
	explicit_bzero(nlmsg_hdr(msg), nlmsg_get_max_size(msg));
	nlmsg_free(msg);
	while (err >= 0 && !t.done) {
		err = nl_recvmsgs(dg->sk, cb);
		if (err == -NLE_DUMP_INTR) {
			interrupted = true;
			err = 0;
		}
	}
	nl_cb_put(cb);

	/* Once done, libnl's error is but its word for the kernel's. */
	if (err < 0 && !t.done)
		return dg_fail(dg, dg_errno(err), nl_geterror(err));
	if (t.stopped)
		return t.stopped;
	if (t.err)
		return dg_fail(dg, t.err, NULL);
	if (interrupted)
		return dg_fail(dg, -EAGAIN, "the list changed while it was read");
	return 0;
}

struct get {
	const struct object *type;
	void *out;
	bool found;
};

static int on_get(struct nlattr **attrs, void *arg)
{
	struct get *get = arg;

	if (!attrs[get->type->nest])
		return 0;
	if (get->out)
		object_parse(get->type, attrs[get->type->nest], get->out);
	get->found = true;
	return 0;
}

/* dg_transact() for a request that is answered by one object. */
int dg_get(struct dgsec *dg, struct nl_msg *msg, int err,
	   const struct object *type, void *out)
{
	struct get get = { .type = type, .out = out };

	err = dg_transact(dg, msg, err, on_get, &get);
	if (!err && !get.found)
		return dg_fail(dg, -EPROTO, "the kernel's answer is empty");
	return err;
}

struct list {
	const struct object *type;
	void *obj;
	int (*fn)(const void *obj, void *arg);
	void *arg;
};

static int on_list(struct nlattr **attrs, void *arg)
{
	struct list *list = arg;

	if (!attrs[list->type->nest])
		return 0;
	object_parse(list->type, attrs[list->type->nest], list->obj);
	return list->fn(list->obj, list->arg);
}

/* dg_transact() for a dump; @obj is room for one object. */
int dg_list(struct dgsec *dg, struct nl_msg *msg, int err,
	    const struct object *type, void *obj,
	    int (*fn)(const void *obj, void *arg), void *arg)
{
	struct list list = { .type = type, .obj = obj, .fn = fn, .arg = arg };

	return dg_transact(dg, msg, err, on_list, &list);
}
