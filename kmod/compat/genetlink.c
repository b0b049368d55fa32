// SPDX-License-Identifier: GPL-2.0
/* Before 6.2: a family with the old kind of operations. */

#define DGSEC_COMPAT_KEEP_NAMES
#include "netlink_gen.h"

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)

static struct genl_ops ops[__DGSEC_CMD_MAX];

struct genl_family dgsec_nl_family __ro_after_init;

static int pre_doit(const struct genl_ops *op, struct sk_buff *skb,
		    struct genl_info *info)
{
	return dgsec_nl_pre_doit(NULL, skb, info);
}

static void post_doit(const struct genl_ops *op, struct sk_buff *skb,
		      struct genl_info *info)
{
	dgsec_nl_post_doit(NULL, skb, info);
}

int dgsec_compat_register_family(struct genl_family *family)
{
	const struct dgsec_compat_family *spec = &dgsec_compat_family_spec;
	const struct genl_split_ops *s = spec->split_ops;
	struct genl_ops *op = ops - 1;
	unsigned int i;

	/* do and dump of a command stand beside each other */
	for (i = 0; i < spec->n_split_ops; i++, s++) {
		if (!i || s->cmd != s[-1].cmd)
			op++;
		op->cmd = s->cmd;
		op->flags |= s->flags & ~(GENL_CMD_CAP_DO | GENL_CMD_CAP_DUMP);
		if (s->doit)
			op->doit = s->doit;
		if (s->dumpit)
			op->dumpit = s->dumpit;
		if (s->policy && s->maxattr >= op->maxattr) {
			op->policy = s->policy;
			op->maxattr = s->maxattr;
		}
	}
	strscpy(family->name, spec->name, GENL_NAMSIZ);
	family->version = spec->version;
	family->netnsok = spec->netnsok;
	family->parallel_ops = spec->parallel_ops;
	family->module = spec->module;
	family->pre_doit = pre_doit;
	family->post_doit = post_doit;
	family->ops = ops;
	family->n_ops = op - ops + 1;
	family->mcgrps = spec->mcgrps;
	family->n_mcgrps = spec->n_mcgrps;
	return genl_register_family(family);
}

#endif
