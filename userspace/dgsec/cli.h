/* SPDX-License-Identifier: GPL-2.0 */
/* The verbs of dgsec, and what they share. */
#ifndef DGSEC_CLI_H
#define DGSEC_CLI_H

#include <libdgsec.h>

#include "args.h"

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,	/* the kernel or the system refused */
	EXIT_USAGE = 2,		/* arguments or input are wrong */
};

struct verb {
	const char *name;
	const char *summary;	/* one line for the list of verbs; not for sub-verbs */
	const char *help;	/* usage, words, what it does */
	int (*run)(struct args *a);
};

extern const struct verb verb_show;
extern const struct verb verb_set;
extern const struct verb verb_socket;
extern const struct verb verb_peer;
extern const struct verb verb_assoc;
extern const struct verb verb_exchange;
extern const struct verb verb_alert;
extern const struct verb verb_monitor;
extern const struct verb verb_stats;

/* cli.c */
int cli_dispatch(struct args *a, const struct verb *const *verbs, size_t count);
int cli_usage(const struct args *a);
__attribute__((format(printf, 1, 2))) void cli_error(const char *fmt, ...);

/* An open handle, and the interface it is to be used on. */
struct dev {
	struct dgsec *dg;
	struct dgsec_ref ref;
	const char *name;
};

/* dev.c */
int dev_parse(struct args *a, struct dev *dev);
int dev_open(struct dev *dev);
int dev_open_handle(struct dev *dev);
void dev_close(struct dev *dev);
int dev_failed(const struct dev *dev, const char *what, int err);
void dev_lower(const struct dev *dev, const struct dgsec_interface *iface,
	       char name[IF_NAMESIZE]);
int dev_resolve_peer(const struct dev *dev, struct dgsec_peer *key);

#endif /* DGSEC_CLI_H */
