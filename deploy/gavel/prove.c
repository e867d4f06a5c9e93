/* gavel prove: writes down everything that decides whether a block's output root
 * is right. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "base/native/command_line.h"
#include "deploy/gavel/command.h"
#include "deploy/gavel/verdict.h"
#include "prover/host/evidence_store.h"
#include "prover/host/image.h"
#include "prover/host/witness.h"

struct prove_options {
	const char *config, *data, *claim, *out;
	uint64_t entries;
	uint64_t number;
};

/* Decimal or 0x. */
static bool read_number(const char *text, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 0);
	return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0';
}

/* True to go on; else `*status` is what to return. */
static bool read_options(struct prove_options *o, int argc, char **argv, int *status)
{
	const struct option_spec specs[] = {
		{ "--config", OPTION_TEXT, &o->config, 0, 0, "FILE", "rollup.json" },
		{ "--data", OPTION_TEXT, &o->data, 0, 0, "DIR",
		  "of a verifier or a sequencer (chain.db, inbox.db)" },
		{ "--out", OPTION_TEXT, &o->out, 0, 0, "FILE",
		  "where to write; block-BLOCK.witness" },
		{ "--claim", OPTION_TEXT, &o->claim, 0, 0, "ROOT",
		  "another output root than the one in DIR" },
		{ "--entries", OPTION_U64, &o->entries, 0, 0, "COUNT",
		  "the inbox up to here only (a game's horizon)" },
	};
	char error[COMMAND_LINE_ERROR_SIZE];
	const char *words[1];
	size_t count = 0;

	*status = COMMAND_BAD_USAGE;
	if (!command_line_read(specs, sizeof(specs) / sizeof(specs[0]), argc, argv, words, 1,
			       &count, error)) {
		if (error[0] != '\0')
			fprintf(stderr, "gavel prove: %s\n", error);
		else
			command_line_help(specs, sizeof(specs) / sizeof(specs[0]));
		return false;
	}
	return count == 1 && read_number(words[0], &o->number) && o->config && o->data;
}

static bool make_dispute(const struct prove_options *o, struct evidence_store *store,
			 struct arena *a, struct evidence *evidence, struct dispute *dispute,
			 char error[DATABASE_ERROR_SIZE])
{
	struct hash32 claimed;

	if (!o->claim)
		return evidence_store_of(store, a, o->number, evidence, dispute, error);
	if (!hex_decode_fixed(claimed.b, sizeof(claimed.b), o->claim)) {
		snprintf(error, DATABASE_ERROR_SIZE, "--claim: not 0x and 32 bytes");
		return false;
	}
	return evidence_store_claim(store, a, o->number, &claimed, inbox_entry_count(store->inbox),
				    evidence, dispute, error);
}

static bool write_witness(const struct prove_options *o, const struct preimages *known)
{
	struct hash32 image = image_hash();
	char path[64];
	const char *out = o->out;

	if (!out) {
		snprintf(path, sizeof(path), "block-%" PRIu64 ".witness", o->number);
		out = path;
	}
	if (!witness_write(out, &image, known)) {
		fprintf(stderr, "gavel prove: %s: %s\n", out, strerror(errno));
		return false;
	}
	printf("%s: %zu preimages, %zu bytes\n", out, known->count, known->bytes);
	return true;
}

static int prove_claim(const struct prove_options *o, struct arena *a,
		       const struct evidence *evidence, const struct dispute *dispute)
{
	struct program_report report;
	struct preimages known;
	struct host host;
	int status = 1;

	preimages_init(&known);
	host_init(&host, &known, evidence);
	(void)host_put_dispute(&known, dispute);
	host_run_native(&host, a, &report);
	if (report.verdict == PROGRAM_NO_VERDICT)
		fprintf(stderr, "gavel prove: something is missing in %s\n", o->data);
	else if (write_witness(o, &known))
		status = 0;
	if (status == 0)
		verdict_print(&report);
	host_free(&host);
	preimages_free(&known);
	return status;
}

static int prove(const struct prove_options *o, struct arena *a, const struct rollup_config *config)
{
	char error[DATABASE_ERROR_SIZE];
	struct evidence_store store;
	struct evidence evidence;
	struct dispute dispute;
	int status = 1;

	if (config->chain.revision != EVM_OSAKA) {
		fprintf(stderr, "gavel prove: only chains with Osaka's rules can be proven\n");
		return 1;
	}
	if (!evidence_store_open(&store, o->data, config, error)) {
		fprintf(stderr, "gavel prove: %s\n", error);
		return 1;
	}
	if (make_dispute(o, &store, a, &evidence, &dispute, error)) {
		if (o->entries < dispute.entry_count)
			dispute.entry_count = o->entries;
		status = prove_claim(o, a, &evidence, &dispute);
	} else {
		fprintf(stderr, "gavel prove: %s\n", error);
	}
	evidence_store_close(&store);
	return status;
}

static int run_prove(int argc, char **argv)
{
	struct prove_options o = { .entries = UINT64_MAX };
	char error[CONFIG_ERROR_SIZE];
	struct rollup_config config;
	struct arena a;
	int status;

	if (!read_options(&o, argc, argv, &status))
		return status;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	if (config_file_read(&a, &config, o.config, false, error)) {
		status = prove(&o, &a, &config);
	} else {
		fprintf(stderr, "gavel prove: %s: %s\n", o.config, error);
		status = 1;
	}
	arena_free(&a);
	return status;
}

const struct command command_prove = {
	"prove",
	"BLOCK --config FILE --data DIR [--out FILE] [--claim ROOT] [--entries COUNT]",
	"write a witness: all that decides whether the block's output root is right",
	run_prove,
};
