/* da_bench: payload bytes per transaction, for the workloads of workload.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/native/arena_heap.h"
#include "deploy/gavel/batch_measure.h"
#include "tests/bench/workload.h"

#define TRANSACTIONS 20000

static void print_result(const char *name, const struct batch_sizes *s, bool json)
{
	double n = (double)s->transactions;
	const char *format =
	    json ? "{\"bench\":\"da\",\"workload\":\"%s\",\"bytes_per_tx\":%.3f,\"zlib9\":%.3f,"
		   "\"brotli11\":%.3f,\"raw\":%.3f,\"payloads\":%zu}\n"
		 : "%-20s %12.2f %12.2f %12.2f %12.2f %10zu\n";

	printf(format, name, (double)s->payload_bytes / n, (double)s->zlib_bytes / n,
	       (double)s->brotli_bytes / n, (double)s->raw_bytes / n, s->payloads);
	fflush(stdout);
}

static bool measure(enum workload workload, size_t count, bool json)
{
	struct arena a;
	struct batch_sizes sizes;
	size_t misfit;
	bool good;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	good = batch_measure(&a, workload_make(&a, workload, count), count, WORKLOAD_CHAIN_ID,
			     &sizes, &misfit);
	if (good)
		print_result(workload_names[workload], &sizes, json);
	arena_free(&a);
	return good;
}

/* da_bench [--json] [transactions] */
int main(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
	const char *number = argc > 1 + json ? argv[1 + json] : NULL;
	size_t count = number != NULL ? strtoul(number, NULL, 10) : TRANSACTIONS;

	if (count == 0) {
		fprintf(stderr, "usage: %s [--json] [transactions]\n", argv[0]);
		return 2;
	}
	if (!json)
		printf("%-20s %12s %12s %12s %12s %10s\n", "bytes a transaction", "payload",
		       "zlib -9", "brotli -11", "raw", "payloads");
	for (int workload = 0; workload < WORKLOAD_COUNT; workload++) {
		if (!measure((enum workload)workload, count, json))
			return 1;
	}
	return 0;
}
