#include "net/http_client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HTTP_RETRY_AFTER_MAX_S 3600

struct http_client {
	CURL *curl;
	struct curl_slist *headers;
	const atomic_bool *stop;
	size_t max_answer;
	char *name;
	/* Of the request that runs. */
	char *body;
	size_t body_len;
	size_t body_capacity;
	bool too_large;
	char curl_error[CURL_ERROR_SIZE];
};

static pthread_once_t curl_is_ready = PTHREAD_ONCE_INIT;

static void make_curl_ready(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* ---- making ---- */

/* "scheme://host:port" of `url`, from malloc(); NULL: it is no such URL. */
static char *name_of(const char *url)
{
	CURLU *parts = curl_url();
	char *scheme = NULL, *host = NULL, *port = NULL, *name = NULL;

	if (parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
	    (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0))
		if (asprintf(&name, "%s://%s:%s", scheme, host, port) < 0)
			name = NULL;
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(parts);
	return name;
}

static bool body_reserve(struct http_client *client, size_t needed)
{
	size_t capacity = client->body_capacity ? client->body_capacity : 4096;
	char *grown;

	if (needed < client->body_capacity)
		return true;
	while (capacity <= needed)
		capacity *= 2;
	grown = realloc(client->body, capacity);
	if (!grown)
		return false;
	client->body = grown;
	client->body_capacity = capacity;
	return true;
}

static size_t on_data(char *data, size_t size, size_t count, void *context)
{
	struct http_client *client = context;
	size_t len = size * count;

	if (len > client->max_answer - client->body_len) {
		client->too_large = true;
		return 0;
	}
	if (!body_reserve(client, client->body_len + len))
		return 0;
	memcpy(client->body + client->body_len, data, len);
	client->body_len += len;
	return len;
}

static int on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct http_client *client = context;

	(void)a, (void)b, (void)c, (void)d;
	return client->stop && atomic_load(client->stop);
}

static long or_default(unsigned value, unsigned otherwise)
{
	return (long)(value ? value : otherwise);
}

static void set_options(struct http_client *client, const struct http_client_config *config)
{
	CURL *curl = client->curl;

	curl_easy_setopt(curl, CURLOPT_URL, config->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->headers);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "gavel");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
			 or_default(config->connect_timeout_ms, 5000));
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, or_default(config->total_timeout_ms, 30000));
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME,
			 (or_default(config->stall_timeout_ms, 10000) + 999) / 1000);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, client);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, client);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->curl_error);
}

struct http_client *http_client_new(const struct http_client_config *config)
{
	struct http_client *client;

	pthread_once(&curl_is_ready, make_curl_ready);
	client = calloc(1, sizeof(*client));
	if (!client)
		return NULL;
	client->stop = config->stop;
	client->max_answer = config->max_answer ? config->max_answer : (size_t)32 << 20;
	client->name = name_of(config->url);
	client->curl = curl_easy_init();
	/* An empty Expect: no waiting for "100 Continue" before large bodies. */
	client->headers = curl_slist_append(NULL, "Content-Type: application/json");
	if (client->headers && !curl_slist_append(client->headers, "Expect:")) {
		curl_slist_free_all(client->headers);
		client->headers = NULL;
	}
	if (!client->name || !client->curl || !client->headers || !body_reserve(client, 0)) {
		http_client_free(client);
		return NULL;
	}
	set_options(client, config);
	return client;
}

void http_client_free(struct http_client *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	curl_slist_free_all(client->headers);
	free(client->body);
	free(client->name);
	free(client);
}

const char *http_client_name(const struct http_client *client)
{
	return client->name;
}

/* ---- asking ---- */

/* What curl could not do. */
static enum http_result result_of_failure(const struct http_client *client, CURLcode code)
{
	if (client->too_large)
		return HTTP_TOO_LARGE;
	switch (code) {
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return HTTP_UNREACHABLE;
	case CURLE_OPERATION_TIMEDOUT:
		return HTTP_TIMEOUT;
	case CURLE_ABORTED_BY_CALLBACK:
		return HTTP_STOPPED;
	default: /* of some ninety: the connection broke, or that was no HTTP */
		return HTTP_CUT_OFF;
	}
}

static enum http_result result_of_status(int status)
{
	if (status >= 200 && status < 300)
		return HTTP_OK;
	if (status == 429)
		return HTTP_RATE_LIMITED;
	return status >= 500 ? HTTP_SERVER_ERROR : HTTP_REFUSED;
}

static unsigned retry_after_ms(CURL *curl)
{
	curl_off_t seconds = 0;

	if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &seconds) != CURLE_OK || seconds <= 0)
		return 0;
	if (seconds > HTTP_RETRY_AFTER_MAX_S)
		seconds = HTTP_RETRY_AFTER_MAX_S;
	return (unsigned)seconds * 1000;
}

const char *http_result_text(enum http_result result)
{
	switch (result) {
	case HTTP_OK:
		return "ok";
	case HTTP_UNREACHABLE:
		return "unreachable";
	case HTTP_TIMEOUT:
		return "timed out";
	case HTTP_CUT_OFF:
		return "the answer was cut off";
	case HTTP_TOO_LARGE:
		return "the answer is too large";
	case HTTP_RATE_LIMITED:
		return "too many requests";
	case HTTP_SERVER_ERROR:
		return "server error";
	case HTTP_REFUSED:
		return "refused";
	case HTTP_STOPPED:
		return "stopped";
	}
	return "?";
}

/* curl's own words are not shown: they may quote the URL. */
static void describe(struct http_answer *answer, const struct http_client *client, CURLcode code)
{
	if (code != CURLE_OK && answer->result != HTTP_TOO_LARGE)
		snprintf(answer->text, sizeof(answer->text), "%s: %s (%s)", client->name,
			 http_result_text(answer->result), curl_easy_strerror(code));
	else
		snprintf(answer->text, sizeof(answer->text), "%s: %s (HTTP %d)", client->name,
			 http_result_text(answer->result), answer->status);
}

enum http_result http_post_json(struct http_client *client, struct bytes body,
				struct http_answer *answer)
{
	CURLcode code;
	long status = 0;

	memset(answer, 0, sizeof(*answer));
	client->body_len = 0;
	client->too_large = false;
	curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
	curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, body.len ? (const char *)body.data : "");
	code = curl_easy_perform(client->curl);
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	answer->status = (int)status;
	if (code == CURLE_OK) {
		answer->result = result_of_status(answer->status);
		answer->retry_after_ms = retry_after_ms(client->curl);
		client->body[client->body_len] = '\0';
		answer->body = bytes_of(client->body, client->body_len);
	} else {
		answer->result = result_of_failure(client, code);
	}
	describe(answer, client, code);
	return answer->result;
}
