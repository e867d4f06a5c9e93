#include "net/http_limits.h"

#include <arpa/inet.h>

/* How many neighbouring buckets a key may use before the oldest of them is
 * taken from its owner, who then starts with a full one: an attacker with many
 * addresses gains nothing that the addresses did not give already. */
#define HTTP_LIMITS_PROBES 8

void http_limits_init(struct http_limits *limits, unsigned per_second, unsigned burst,
		      bool limit_loopback)
{
	memset(limits, 0, sizeof(*limits));
	pthread_mutex_init(&limits->lock, NULL);
	limits->per_ms = per_second / 1000.0;
	limits->burst = burst ? burst : 2.0 * per_second;
	limits->limit_loopback = limit_loopback;
}

void http_limits_destroy(struct http_limits *limits)
{
	pthread_mutex_destroy(&limits->lock);
}

static struct http_client_key key_of_ipv4(uint32_t ip)
{
	return (struct http_client_key){ .v = ip, .is_loopback = ip >> 24 == 127 };
}

struct http_client_key http_client_key(const struct sockaddr *address)
{
	const struct sockaddr_in6 *six;
	const uint8_t *b;

	if (address->sa_family == AF_INET)
		return key_of_ipv4(ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr));
	if (address->sa_family != AF_INET6)
		return (struct http_client_key){ .v = 0 };
	six = (const struct sockaddr_in6 *)address;
	b = six->sin6_addr.s6_addr;
	if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
		return key_of_ipv4(be32_load(b + 12));
	return (struct http_client_key){ .v = be64_load(b) | (uint64_t)1 << 63,
					 .is_loopback = IN6_IS_ADDR_LOOPBACK(&six->sin6_addr) };
}

static struct http_limits_bucket *bucket_of(struct http_limits *limits, uint64_t key,
					    uint64_t now_ms)
{
	uint64_t start = key * 0x9e3779b97f4a7c15u >> 32;
	struct http_limits_bucket *oldest = NULL;

	for (unsigned i = 0; i < HTTP_LIMITS_PROBES; i++) {
		struct http_limits_bucket *b = &limits->buckets[(start + i) % HTTP_LIMITS_BUCKETS];

		if (b->last_ms && b->key == key)
			return b;
		if (!oldest || b->last_ms < oldest->last_ms)
			oldest = b;
	}
	*oldest = (struct http_limits_bucket){ key, now_ms, limits->burst };
	return oldest;
}

static bool take_locked(struct http_limits *limits, uint64_t key, unsigned requests,
			uint64_t now_ms)
{
	struct http_limits_bucket *b = bucket_of(limits, key, now_ms);

	if (now_ms > b->last_ms) {
		b->tokens += (double)(now_ms - b->last_ms) * limits->per_ms;
		b->last_ms = now_ms;
	}
	if (b->tokens > limits->burst)
		b->tokens = limits->burst;
	if (b->tokens < requests && b->tokens < limits->burst)
		return false;
	b->tokens = b->tokens < requests ? 0 : b->tokens - requests;
	return true;
}

bool http_limits_take(struct http_limits *limits, struct http_client_key key, unsigned requests,
		      uint64_t now_ms)
{
	bool taken;

	if (limits->per_ms <= 0 || (key.is_loopback && !limits->limit_loopback))
		return true;
	pthread_mutex_lock(&limits->lock);
	taken = take_locked(limits, key.v, requests, now_ms);
	pthread_mutex_unlock(&limits->lock);
	return taken;
}
