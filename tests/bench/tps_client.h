/* tps_client: an HTTP client that costs little: many connections, each with
 * one request under way, in one thread. */
#ifndef GAVEL_TESTS_BENCH_TPS_CLIENT_H
#define GAVEL_TESTS_BENCH_TPS_CLIENT_H

#include "base/bytes.h"

/* A whole POST request, made beforehand. */
struct request {
	uint8_t *data;
	size_t len;
};

/* Of `body`, to be freed. */
struct request request_new(const char *host, struct bytes body);

/* Sends all requests, each connection taking the next one when it has its
 * answer, and passes each answer's body to `answered` (false ends it all).
 * Prints what is wrong and returns false if anything is. */
bool client_send_all(const char *host, uint16_t port, const struct request *requests, size_t count,
		     unsigned connections,
		     bool (*answered)(void *context, size_t index, struct bytes body),
		     void *context);

#endif
