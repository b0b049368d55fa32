// SPDX-License-Identifier: GPL-2.0
/* One request and its answers, asked of the family that every kernel has. */
#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>
#include <netlink/genl/genl.h>

#include "internal.h"
#include "ktap.h"

static struct nl_msg *get_family(struct dgsec *dg, uint16_t id)
{
	static const struct dgsec_ref none;
	struct nl_msg *msg = dg_request(dg, (enum dgsec_cmd)CTRL_CMD_GETFAMILY, 0, none, 0);

	if (msg && nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, id)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return msg;
}

static int on_answer(struct nlattr **attrs, void *arg)
{
	unsigned int *answers = arg;

	if (attrs[CTRL_ATTR_FAMILY_ID] &&
	    nla_get_u16(attrs[CTRL_ATTR_FAMILY_ID]) == GENL_ID_CTRL)
		++*answers;
	return 0;
}

/* Is a request answered, by one answer of its own? */
static bool works(struct dgsec *dg)
{
	unsigned int answers = 0;
	int ret = dg_transact(dg, get_family(dg, GENL_ID_CTRL), 0, on_answer, &answers);

	if (ret || answers != 1)
		printf("# returned %d (%s), %u answers\n", ret, dg->error, answers);
	return !ret && answers == 1;
}

/* Send a request and give it up before its answer is read. */
static bool abandon(struct dgsec *dg, uint16_t id)
{
	struct nl_msg *msg = get_family(dg, id);
	int ret = msg ? nl_send_auto(dg->sk, msg) : -1;

	nlmsg_free(msg);
	return ret >= 0;
}

int main(void)
{
	struct dgsec dg = { .sk = nl_socket_alloc(), .family = GENL_ID_CTRL };
	int ret;

	ktap_begin();
	if (!dg.sk || genl_connect(dg.sk)) {
		ktap_test(false, "generic netlink can be used");
		return ktap_end();
	}
	ktap_test(works(&dg), "a request is answered");

	ret = dg_transact(&dg, get_family(&dg, UINT16_MAX), 0, NULL, NULL);
	ktap_test(ret == -ENOENT, "a refusal is the kernel's own errno");
	ktap_test(works(&dg), "a request after a refusal");

	/* What is left behind when sending fails. */
	nl_socket_use_seq(dg.sk);
	ktap_test(works(&dg), "a request after one that could not be sent");
	ktap_test(works(&dg), "and the next one");

	ktap_test(abandon(&dg, GENL_ID_CTRL) && works(&dg),
		  "a request after one whose answer was not read");
	ktap_test(abandon(&dg, UINT16_MAX) && works(&dg),
		  "a request after one whose refusal was not read");
	ret = dg_transact(&dg, get_family(&dg, UINT16_MAX), 0, NULL, NULL);
	ktap_test(ret == -ENOENT && works(&dg), "failures are not mixed up either");

	nl_socket_free(dg.sk);
	return ktap_end();
}
