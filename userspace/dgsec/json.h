/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects as JSON. Keys are the attribute names of docs/netlink/dgsec.yaml,
 * and stay; what the kernel did not say is left out, flags are always there.
 */
#ifndef DGSEC_JSON_H
#define DGSEC_JSON_H

#include <json-c/json.h>

#include <libdgsec.h>

struct json_object *json_interface(const struct dgsec_interface *iface);
struct json_object *json_socket(const struct dgsec_socket *sock);
struct json_object *json_peer(const struct dgsec_peer *peer);
struct json_object *json_assoc(const struct dgsec_assoc *assoc);
struct json_object *json_exchange(const struct dgsec_exchange *exchange);
struct json_object *json_stats(const uint64_t *stats);

void json_add_text(struct json_object *o, const char *key, const char *text);
void json_add_number(struct json_object *o, const char *key, uint64_t n);

/* Print and free. Lists are printed piece by piece, as they may be long. */
void json_print(struct json_object *o);
void json_print_item(struct json_object *o, bool *first);
void json_print_open(struct json_object *o);

#endif /* DGSEC_JSON_H */
