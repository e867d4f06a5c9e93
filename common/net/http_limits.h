/* http_limits: how many requests a client address may make: a token bucket
 * each, in a table of bounded size. */
#ifndef GAVEL_NET_HTTP_LIMITS_H
#define GAVEL_NET_HTTP_LIMITS_H

#include <netinet/in.h>
#include <pthread.h>

#include "base/bytes.h"

/* An IPv4 address, or the /64 of an IPv6 one (what one customer gets). */
struct http_client_key {
	uint64_t v;
	bool is_loopback;
};

#define HTTP_LIMITS_BUCKETS 4096

struct http_limits_bucket {
	uint64_t key;
	uint64_t last_ms; /* 0: never used */
	double tokens;
};

struct http_limits {
	pthread_mutex_t lock;
	double per_ms; /* tokens gained; 0: no limit at all */
	double burst;
	bool limit_loopback;
	struct http_limits_bucket buckets[HTTP_LIMITS_BUCKETS];
};

void http_limits_init(struct http_limits *limits, unsigned per_second, unsigned burst,
		      bool limit_loopback);
void http_limits_destroy(struct http_limits *limits);

struct http_client_key http_client_key(const struct sockaddr *address);

/* Takes `requests` tokens at time `now_ms`.  False: not that many are there,
 * none is taken (except that a request larger than the burst passes with a full
 * bucket, and empties it). */
bool http_limits_take(struct http_limits *limits, struct http_client_key key, unsigned requests,
		      uint64_t now_ms);

#endif
