/* SPDX-License-Identifier: GPL-2.0 */
/* Tell systemd how we are: sd_notify(3), without its library. */
#ifndef DGSECD_NOTIFY_H
#define DGSECD_NOTIFY_H

/* Nothing happens if nobody wants to know. */
void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);

#endif
