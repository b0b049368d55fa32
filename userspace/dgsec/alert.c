// SPDX-License-Identifier: GPL-2.0
/* dgsec alert: tell the peer of an association something, sealed. */
#include "cli.h"

#include <string.h>

static const char help[] =
"dgsec alert DEV ID DESCRIPTION [warning|fatal]\n"
"\n"
"Send an alert on an association. A fatal one, and close_notify, end it.\n"
"DESCRIPTION is a name of RFC 5246 section 7.2, such as close_notify or\n"
"access_denied, or a number from 0 to 255. Without level, close_notify,\n"
"user_canceled and no_renegotiation are warnings and all others are fatal.\n";

enum {
	LEVEL_WARNING = 1,
	LEVEL_FATAL = 2,
};

static uint8_t usual_level(int description)
{
	const char *name = dgsec_alert_name(description);

	if (name && (!strcmp(name, "close_notify") ||
		     !strcmp(name, "user_canceled") ||
		     !strcmp(name, "no_renegotiation")))
		return LEVEL_WARNING;
	return LEVEL_FATAL;
}

struct alert {
	uint64_t id;
	int description;
	uint8_t level;
};

static int parse(struct args *a, struct alert *alert)
{
	const char *id = args_next(a);
	const char *description = args_next(a);
	const char *level = args_next(a);
	uint64_t n;

	if (!id)
		return args_error(a, "the number of the association is missing");
	if (args_number(a, "association", id, 1, UINT32_MAX, &alert->id))
		return -1;
	if (!description)
		return args_error(a, "the description is missing: a name or a number");
	alert->description = dgsec_alert_value(description);
	if (alert->description < 0) {
		if (args_number(a, "description", description, 0, 255, &n))
			return args_error(a, "description: '%s' is no alert's name, nor 0 to 255",
					  description);
		alert->description = n;
	}
	if (!level)
		alert->level = usual_level(alert->description);
	else if (!strcmp(level, "warning"))
		alert->level = LEVEL_WARNING;
	else if (!strcmp(level, "fatal"))
		alert->level = LEVEL_FATAL;
	else
		return args_error(a, "level: '%s' is not one of warning, fatal",
				  level);
	return args_done(a);
}

static int run(struct args *a)
{
	struct alert alert = { 0 };
	struct dev dev;
	int err, ret;

	if (dev_parse(a, &dev) || parse(a, &alert))
		return cli_usage(a);
	ret = dev_open(&dev);
	if (ret)
		return ret;
	err = dgsec_alert_send(dev.dg, dev.ref, alert.id, alert.level,
			       alert.description);
	if (err)
		ret = dev_failed(&dev, "alert", err);
	dev_close(&dev);
	return ret;
}

const struct verb verb_alert = {
	.name = "alert",
	.summary = "send an alert on an association",
	.help = help,
	.run = run,
};
