// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "event.h"
#include "kernel.h"
#include "log.h"
#include "peers.h"
#include "session.h"
#include "stats.h"

/* "peer lamp at [...]:port", or what is known. */
static const char *who(const struct config *config, const struct dgsec_assoc *assoc, char *out,
		       size_t size)
{
	struct endpoint ep = { .remote = assoc->remote_addr, .remote_port = assoc->remote_port };
	const char *name = dgsec_has(assoc, DGSEC_A_ASSOC_PEER_ID) ?
			   peers_name(config, assoc->peer_id) : NULL;
	char text[ENDPOINT_TEXT];

	if (!name)
		name = "(not configured)";

	if (dgsec_has(assoc, DGSEC_A_ASSOC_REMOTE_ADDR))
		snprintf(out, size, "peer %s at %s, association %u", name,
			 endpoint_text(&ep, text), assoc->id);
	else
		snprintf(out, size, "peer %s, association %u", name, assoc->id);
	return out;
}

static void expire(const struct config *config, const struct dgsec_event *event)
{
	const char *reason = dgsec_reason_name(event->reason);
	char text[256];

	who(config, &event->assoc, text, sizeof(text));
	if (!event->hard) {
		log_info("%s: soft limit reached (%s)", text, reason ? reason : "?");
		call_renew(config, &event->assoc, event->reason != DGSEC_REASON_UNANSWERED);
		return;
	}
	log_info("%s: ended (%s)", text, reason ? reason : "?");
	session_assoc_gone(&event->assoc);
	call_ended(config, &event->assoc);
}

static void alert(const struct config *config, const struct dgsec_event *event)
{
	const char *name = dgsec_alert_name(event->description);
	const char *level = event->level == 2 ? "the fatal error" : "the warning";
	char text[256];

	log_info("%s: it sent %s %s (%u)", who(config, &event->assoc, text, sizeof(text)), level,
		 name ? name : "?", event->description);
}

static void handle(const struct config *config, const struct dgsec_event *event)
{
	char text[256];

	switch (event->type) {
	case DGSEC_CMD_CONFIRMED_NTF:
		session_confirmed(&event->assoc);
		break;
	case DGSEC_CMD_EXPIRE_NTF:
		expire(config, event);
		break;
	case DGSEC_CMD_ALERT_NTF:
		alert(config, event);
		break;
	case DGSEC_CMD_AUTH_NTF:
		log_limited(LOG_WARNING, "%s: %u records failed authentication: forged or damaged",
			    who(config, &event->assoc, text, sizeof(text)), event->count);
		break;
	case DGSEC_CMD_ACQUIRE_NTF:
		call_acquire(config, event->peer.id);
		break;
	case DGSEC_CMD_MOVED_NTF:
		call_moved(config, &event->assoc);
		break;
	default:
		break;
	}
}

int event_read(const struct config *config, bool *deleted)
{
	struct dgsec_event event;
	int ret;

	while ((ret = kernel_event(&event))) {
		if (ret == 1) {
			handle(config, &event);
			if (event.type == DGSEC_CMD_EXPIRE_NTF && event.hard &&
			    event.reason == DGSEC_REASON_DELETED)
				*deleted = true;
		} else if (ret == -ENOBUFS) {
			stats.events_lost++;
			session_resync();
			call_start(config);
		} else {
			break;
		}
	}
	if (ret == -ENODEV)
		log_error("the kernel module was unloaded: nothing is left to do here");
	else if (ret)
		log_error("events of the kernel cannot be received: %s", strerror(-ret));
	return ret;
}
