/* tps_bench: transactions from 200 senders through a running sequencer's HTTP
 * port, from the first request until all are in blocks; what it took, what the
 * server computed, and, for a measure that holds on any machine, what one
 * recovery of a signer costs here meanwhile.
 *
 * tests/bench/tps.mjs starts the chain, gives the senders ETH and tokens, and
 * calls this. */
#include <dirent.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "tests/bench/recovery_gauge.h"
#include "tests/bench/tps_client.h"
#include "tests/bench/workload.h"

#define CONNECTIONS 32
#define ARRAY       100
/* After the last transaction, in seconds: the batches that are closed go out, and
 * what that computes is counted. */
#define POSTING 1

enum load {
	LOAD_TRANSFER,
	LOAD_ERC20,
	LOAD_MIXED, /* in turns; only when it is asked for */
	LOAD_COUNT,
};

static const char *const load_names[LOAD_COUNT] = { "transfer", "erc20", "mixed" };

struct bench {
	char host[64];
	uint16_t port;
	int pid;
	struct address token;
	size_t count;
	bool json;
	bool threads;         /* also print what each thread of the server computed */
	const char *workload; /* only this one; NULL: all but the mixed one */
	const char *submit;   /* only so; NULL: both ways */
	double recover_us;    /* in the run at hand */
	uint64_t nonces[WORKLOAD_SENDERS];
	struct signer_key keys[WORKLOAD_SENDERS];
	uint64_t recipient; /* the last one's number */
};

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* What the server's threads have computed, in microseconds. */
static double server_cpu_us(const struct bench *b)
{
	unsigned long user = 0, kernel = 0;
	char path[64], line[1024];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", b->pid);
	file = fopen(path, "r");
	if (!file || !fgets(line, sizeof(line), file)) {
		fprintf(stderr, "tps: can't read %s\n", path);
		exit(1);
	}
	fclose(file);
	/* proc(5): utime and stime are fields 14 and 15; the name, field 2, may
	 * hold blanks. */
	const char *rest = strrchr(line, ')');

	if (!rest || sscanf(rest + 1, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu", &user,
			    &kernel) != 2)
		exit(1);
	return (double)(user + kernel) * 1e6 / (double)sysconf(_SC_CLK_TCK);
}

/* ---- by thread, for whoever looks for what takes the time ---- */

#define THREADS_MAX 64

struct thread_time {
	char id[16], name[32];
	unsigned long user, kernel; /* clock ticks */
};

static bool read_thread(struct thread_time *t, int pid, const char *id)
{
	char path[96], line[1024];
	const char *open, *close;
	FILE *file;
	bool good;

	snprintf(path, sizeof(path), "/proc/%d/task/%.15s/stat", pid, id);
	file = fopen(path, "r");
	good = file && fgets(line, sizeof(line), file);
	if (file)
		fclose(file);
	if (!good || !(open = strchr(line, '(')) || !(close = strrchr(line, ')')))
		return false;
	snprintf(t->id, sizeof(t->id), "%.15s", id);
	snprintf(t->name, sizeof(t->name), "%.*s", (int)(close - open - 1), open + 1);
	return sscanf(close + 1, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu", &t->user,
		      &t->kernel) == 2;
}

static size_t read_threads(const struct bench *b, struct thread_time list[THREADS_MAX])
{
	struct dirent *entry;
	char path[64];
	size_t count = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/task", b->pid);
	folder = b->threads ? opendir(path) : NULL;
	while (folder && count < THREADS_MAX && (entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.' && read_thread(&list[count], b->pid, entry->d_name))
			count++;
	if (folder)
		closedir(folder);
	return count;
}

/* Microseconds per transaction since `before`. */
static void print_threads(const struct bench *b, const struct thread_time *before,
			  size_t before_count)
{
	struct thread_time now[THREADS_MAX];
	size_t count = read_threads(b, now);
	double tick = 1e6 / (double)sysconf(_SC_CLK_TCK) / (double)b->count;

	for (size_t i = 0; i < count; i++) {
		double user = (double)now[i].user, kernel = (double)now[i].kernel;

		for (size_t j = 0; j < before_count; j++) {
			if (strcmp(before[j].id, now[i].id) != 0)
				continue;
			user -= (double)before[j].user;
			kernel -= (double)before[j].kernel;
		}
		if (user + kernel > 0)
			printf("    %-20s %8.1f user %8.1f kernel\n", now[i].name, user * tick,
			       kernel * tick);
	}
}

/* ---- transactions ---- */

/* transfer(address,uint256) of one unit of 10^-18. */
static struct bytes token_call(struct arena *a, const struct address *to)
{
	uint8_t *call = arena_calloc(a, 68, 1);

	be32_store(call, 0xa9059cbb);
	memcpy(call + 16, to->b, sizeof(to->b));
	call[67] = 1;
	return bytes_of(call, 68);
}

static struct address next_recipient(struct bench *b)
{
	uint8_t seed[8];
	struct hash32 hash;
	struct address address;

	be64_store(seed, ++b->recipient);
	hash = keccak256(bytes_of(seed, sizeof(seed)));
	memcpy(address.b, hash.b + 12, sizeof(address.b));
	return address;
}

static struct transaction transaction_of(struct bench *b, struct arena *a, bool is_token,
					 unsigned sender)
{
	struct address to = next_recipient(b);
	struct transaction tx = {
		.type = TX_DYNAMIC_FEE,
		.has_chain_id = true,
		.chain_id = WORKLOAD_CHAIN_ID,
		.nonce = b->nonces[sender]++,
		.gas_limit = is_token ? 65000 : 21000,
		.max_fee_per_gas = u256_from_u64(100000000000),
		.max_priority_fee_per_gas = u256_from_u64(1000000),
		.to = is_token ? b->token : to,
		.value = u256_from_u64(is_token ? 0 : 1),
	};

	if (is_token)
		tx.data = token_call(a, &to);
	return tx;
}

static struct bytes signed_by(struct arena *a, struct transaction *tx, const struct signer_key *key)
{
	struct hash32 hash = tx_signing_hash(a, tx);
	struct signer_signature signature;

	if (!signer_sign(&signature, key, &hash))
		abort();
	tx->y_parity = signature.y_parity;
	tx->r = u256_from_be(signature.r.b, 32);
	tx->s = u256_from_be(signature.s.b, 32);
	return tx_encode(a, tx);
}

/* ---- JSON ---- */

struct text {
	char *data;
	size_t len, capacity;
};

static void append(struct text *t, const char *s, size_t len)
{
	if (t->capacity - t->len < len) {
		t->capacity = 2 * t->capacity + len;
		t->data = realloc(t->data, t->capacity);
		if (!t->data)
			abort();
	}
	memcpy(t->data + t->len, s, len);
	t->len += len;
}

static void append_call(struct text *t, const char *method, struct bytes raw, const char *more)
{
	char head[128];
	int len =
	    snprintf(head, sizeof(head),
		     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":[\"0x", method);
	char *hex = malloc(2 * raw.len + 1);

	if (!hex)
		abort();
	hex_encode(hex, raw);
	append(t, head, (size_t)len);
	append(t, hex, 2 * raw.len);
	append(t, "\"", 1);
	append(t, more, strlen(more));
	append(t, "]}", 2);
	free(hex);
}

static struct request *make_requests(struct bench *b, enum load load, size_t per_request,
				     size_t *count)
{
	struct request *requests;
	struct text body = { 0 };
	struct arena a;
	size_t made = 0;

	*count = (b->count + per_request - 1) / per_request;
	requests = calloc(*count, sizeof(*requests));
	if (!requests)
		abort();
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	for (size_t i = 0; i < *count; i++) {
		struct arena_mark mark = arena_mark(&a);

		body.len = 0;
		for (size_t j = 0; j < per_request && made < b->count; j++, made++) {
			unsigned sender = (unsigned)(made % WORKLOAD_SENDERS);
			bool is_token = load == LOAD_MIXED ? (made & 1) != 0 : load == LOAD_ERC20;
			struct transaction tx = transaction_of(b, &a, is_token, sender);

			if (per_request > 1)
				append(&body, j ? "," : "[", 1);
			append_call(&body, "eth_sendRawTransaction",
				    signed_by(&a, &tx, &b->keys[sender]), "");
		}
		if (per_request > 1)
			append(&body, "]", 1);
		requests[i] = request_new(b->host, bytes_of(body.data, body.len));
		arena_reset(&a, mark);
	}
	arena_free(&a);
	free(body.data);
	return requests;
}

static void free_requests(struct request *requests, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(requests[i].data);
	free(requests);
}

/* ---- nonces ---- */

static bool read_nonces(void *context, size_t index, struct bytes body)
{
	static const char mark[] = "\"result\":\"0x";
	uint64_t *nonces = context;
	const char *at = (const char *)body.data, *end = at + body.len;

	(void)index;
	for (unsigned i = 0; i < WORKLOAD_SENDERS; i++) {
		at = memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1);
		if (!at) {
			fprintf(stderr, "tps: no nonces: %.*s\n", 300, (const char *)body.data);
			return false;
		}
		at += sizeof(mark) - 1;
		nonces[i] = strtoull(at, NULL, 16);
	}
	return true;
}

/* Of all senders in the latest block, by arrays that the server takes. */
static bool ask_nonces(const struct bench *b, uint64_t nonces[WORKLOAD_SENDERS])
{
	struct text body = { 0 };
	struct request request;
	bool good;

	for (unsigned i = 0; i < WORKLOAD_SENDERS; i++) {
		struct address sender;

		if (!signer_address(&sender, &b->keys[i]))
			abort();
		append(&body, i ? "," : "[", 1);
		append_call(&body, "eth_getTransactionCount", bytes_of_address(&sender),
			    ",\"latest\"");
	}
	append(&body, "]", 1);
	request = request_new(b->host, bytes_of(body.data, body.len));
	good = client_send_all(b->host, b->port, &request, 1, 1, read_nonces, nonces);
	free(request.data);
	free(body.data);
	return good;
}

/* ---- a run ---- */

/* Every transaction of the request has a hash for answer. */
static bool check_answer(void *context, size_t index, struct bytes body)
{
	static const char mark[] = "\"result\":\"0x";
	size_t *accepted = context;
	const char *at = (const char *)body.data, *end = at + body.len;

	(void)index;
	if (memmem(at, body.len, "\"error\"", 7)) {
		fprintf(stderr, "tps: refused: %.*s\n", (int)(body.len < 300 ? body.len : 300), at);
		return false;
	}
	while ((at = memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1)) != NULL) {
		at += sizeof(mark) - 1;
		++*accepted;
	}
	return true;
}

static bool all_included(const struct bench *b, const uint64_t nonces[WORKLOAD_SENDERS])
{
	for (unsigned i = 0; i < WORKLOAD_SENDERS; i++)
		if (nonces[i] < b->nonces[i])
			return false;
	return true;
}

static bool read_is_empty(void *context, size_t index, struct bytes body)
{
	bool *is_empty = context;

	(void)index;
	*is_empty = memmem(body.data, body.len, "\"pending\":\"0x0\"", 15) != NULL;
	return true;
}

/* Whether the pool has nothing left for a block: a cheap question. */
static bool ask_is_empty(const struct bench *b, bool *is_empty)
{
	static const char body[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"txpool_status\",\"params\":[]}";
	struct request request = request_new(b->host, bytes_of(body, sizeof(body) - 1));
	bool good = client_send_all(b->host, b->port, &request, 1, 1, read_is_empty, is_empty);

	free(request.data);
	return good;
}

static bool wait_included(const struct bench *b)
{
	uint64_t nonces[WORKLOAD_SENDERS];
	const struct timespec pause = { .tv_nsec = 50000000 };
	double until = now_us() + 120e6;
	bool is_empty;

	while (now_us() < until) {
		if (!ask_is_empty(b, &is_empty) || (is_empty && !ask_nonces(b, nonces)))
			return false;
		if (is_empty && all_included(b, nonces))
			return true;
		nanosleep(&pause, NULL);
	}
	fprintf(stderr, "tps: not all transactions were included within 120 seconds\n");
	return false;
}

static bool is_wanted(const struct bench *b, enum load load, bool is_array)
{
	return (b->workload ? strcmp(b->workload, load_names[load]) == 0 : load != LOAD_MIXED) &&
	       (!b->submit || strcmp(b->submit, is_array ? "array" : "single") == 0);
}

static void print_result(const struct bench *b, enum load load, bool is_array, double wall_us,
			 double cpu_us)
{
	const char *format =
	    b->json ? "{\"bench\":\"tps\",\"workload\":\"%s\",\"submit\":\"%s\",\"tx_per_s\":%.0f,"
		      "\"cpu_us_per_tx\":%.1f,\"recover_us\":%.1f,\"recoveries\":%.2f,"
		      "\"transactions\":%zu}\n"
		    : "%-10s %-10s %10.0f %12.1f %12.1f %12.2f %12zu\n";
	double cpu = cpu_us / (double)b->count;

	printf(format, load_names[load], is_array ? "array" : "single",
	       (double)b->count * 1e6 / wall_us, cpu, b->recover_us, cpu / b->recover_us, b->count);
	fflush(stdout);
}

/* Until all are in blocks. */
static bool submit(const struct bench *b, const struct request *requests, size_t count)
{
	size_t accepted = 0;

	if (!client_send_all(b->host, b->port, requests, count, CONNECTIONS, check_answer,
			     &accepted))
		return false;
	if (accepted != b->count) {
		fprintf(stderr, "tps: %zu of %zu accepted\n", accepted, b->count);
		return false;
	}
	return wait_included(b);
}

static bool run(struct bench *b, enum load load, bool is_array)
{
	struct thread_time threads[THREADS_MAX];
	struct recovery_gauge *gauge;
	struct request *requests;
	size_t count, thread_count;
	double start, cpu;
	bool good;

	if (!ask_nonces(b, b->nonces))
		return false;
	requests = make_requests(b, load, is_array ? ARRAY : 1, &count);
	thread_count = read_threads(b, threads);
	gauge = recovery_gauge_start();
	cpu = server_cpu_us(b);
	start = now_us();
	good = submit(b, requests, count);
	start = now_us() - start;
	b->recover_us = recovery_gauge_end(gauge);
	sleep(POSTING);
	cpu = server_cpu_us(b) - cpu;
	if (good)
		print_result(b, load, is_array, start, cpu);
	if (good)
		print_threads(b, threads, thread_count);
	free_requests(requests, count);
	return good;
}

static enum load first_wanted(const struct bench *b)
{
	enum load load = LOAD_TRANSFER;

	while (load + 1 < LOAD_COUNT && !is_wanted(b, load, false) && !is_wanted(b, load, true))
		load++;
	return load;
}

/* Transactions that are not counted, so that memory and files of a server that
 * has just been started have the size that they keep. */
static bool warm_up(struct bench *b)
{
	struct request *requests;
	size_t count;
	bool good;

	if (!ask_nonces(b, b->nonces))
		return false;
	requests = make_requests(b, first_wanted(b), ARRAY, &count);
	good = submit(b, requests, count);
	free_requests(requests, count);
	return good;
}

/* ---- command line ---- */

static int print_senders(void)
{
	for (unsigned i = 0; i < WORKLOAD_SENDERS; i++) {
		struct address sender = workload_sender(i);
		char hex[41];

		hex_encode(hex, bytes_of_address(&sender));
		printf("0x%s\n", hex);
	}
	return 0;
}

static bool read_url(struct bench *b, const char *url)
{
	return sscanf(url, "http://%63[0-9.]:%hu", b->host, &b->port) == 2;
}

static bool read_address(struct address *address, const char *text)
{
	return strlen(text) == 42 && hex_decode(address->b, text + 2, 40);
}

static int usage(void)
{
	fprintf(stderr,
		"usage: gavel-tps-bench --rpc http://127.0.0.1:PORT --pid PID --token ADDRESS\n"
		"                       [--transactions N] [--json]\n"
		"                       [--workload transfer|erc20|mixed] [--submit single|array] "
		"[--threads]\n"
		"       gavel-tps-bench --senders\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "rpc", required_argument, NULL, 'r' },
		{ "pid", required_argument, NULL, 'p' },
		{ "token", required_argument, NULL, 't' },
		{ "transactions", required_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ "threads", no_argument, NULL, 'T' },
		{ "workload", required_argument, NULL, 'w' },
		{ "submit", required_argument, NULL, 'm' },
		{ "senders", no_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	static struct bench b = { .count = 20000 };
	bool good = true, has_token = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's')
			return print_senders();
		else if (option == 'j')
			b.json = true;
		else if (option == 'T')
			b.threads = true;
		else if (option == 'w')
			b.workload = optarg;
		else if (option == 'm')
			b.submit = optarg;
		else if (option == 'p')
			b.pid = atoi(optarg);
		else if (option == 'n')
			b.count = strtoul(optarg, NULL, 10);
		else if (option == 'r')
			good &= read_url(&b, optarg);
		else if (option == 't')
			good &= has_token = read_address(&b.token, optarg);
		else
			good = false;
	}
	if (!good || !b.pid || !b.port || !has_token || b.count == 0)
		return usage();
	for (unsigned i = 0; i < WORKLOAD_SENDERS; i++)
		b.keys[i] = workload_sender_key(i);
	if (!b.json)
		printf("%-10s %-10s %10s %12s %12s %12s %12s\n", "workload", "submitted", "tx/s",
		       "CPU us/tx", "recovery us", "recoveries", "transactions");
	good = warm_up(&b);
	for (int what = 0; what < 2 * LOAD_COUNT && good; what++) {
		enum load load = (enum load)(what / 2);
		bool is_array = what & 1;

		good = !is_wanted(&b, load, is_array) || run(&b, load, is_array);
	}
	return good ? 0 : 1;
}
