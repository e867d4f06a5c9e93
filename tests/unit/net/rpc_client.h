/* rpc_client: asks a server on 127.0.0.1, with libcurl, and with raw sockets for what
 * no client library would send. */
#ifndef GAVEL_TESTS_UNIT_NET_RPC_CLIENT_H
#define GAVEL_TESTS_UNIT_NET_RPC_CLIENT_H

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "net/jsonrpc_server.h"

/* A call with id 1, and what is answered. */
#define CALL(method, params)                                                                       \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" method "\",\"params\":" params "}"
#define OK(id, result) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"result\":" result "}"
#define BAD(id, code, text)                                                                        \
	"{\"jsonrpc\":\"2.0\",\"id\":" id ",\"error\":{\"code\":" code ",\"message\":\"" text "\"" \
	"}}"

/* The one that is asked. */
static struct rpc_server *server;

/* What it said last. */
struct answer {
	long status;
	char text[1 << 18];
	size_t len;
	char headers[4096];
	size_t headers_len;
};
static struct answer answer;

static inline size_t keep_text(char *data, size_t size, size_t count, void *context)
{
	struct answer *kept = context;

	if (kept->len + size * count >= sizeof(kept->text))
		return 0;
	memcpy(kept->text + kept->len, data, size * count);
	kept->len += size * count;
	return size * count;
}

static inline size_t keep_header(char *data, size_t size, size_t count, void *context)
{
	struct answer *kept = context;

	if (kept->headers_len + size * count < sizeof(kept->headers)) {
		memcpy(kept->headers + kept->headers_len, data, size * count);
		kept->headers_len += size * count;
	}
	return size * count;
}

static inline void request(const char *method, const char *body, size_t len)
{
	CURL *curl = curl_easy_init();
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", (unsigned)rpc_server_port(server));
	memset(&answer, 0, sizeof(answer));
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	if (body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)len);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	}
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_text);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
	assert_int_equal(curl_easy_perform(curl), CURLE_OK);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
	curl_easy_cleanup(curl);
}

static inline const char *post(const char *body)
{
	request("POST", body, strlen(body));
	assert_int_equal(answer.status, 200);
	return answer.text;
}

/* A connection from 127.0.0.`from`. */
static inline int raw_socket_from(uint32_t from)
{
	struct sockaddr_in own = { .sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(0x7f000000 | from) };
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(rpc_server_port(server)) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&own, sizeof(own)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static inline int raw_socket(void)
{
	return raw_socket_from(1);
}

static inline void send_text(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

#endif
