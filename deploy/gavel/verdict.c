#include "deploy/gavel/verdict.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/hex.h"

static void print_hash(const char *name, const struct hash32 *hash)
{
	char text[65];

	hex_encode(text, bytes_of_hash(hash));
	printf("  %-28s 0x%s\n", name, text);
}

static void print_block(const struct program_report *report)
{
	const struct block *block = &report->block;

	print_hash("derived output root", &block->output_root);
	print_hash("derived block hash", &block->hash);
	print_hash("derived state root", &block->header.state_root);
	print_hash("message passer's root", &block->message_passer_storage_root);
	printf("  %-28s %zu, %" PRIu64 " gas\n", "transactions", block->transaction_count,
	       block->header.gas_used);
}

void verdict_print(const struct program_report *report)
{
	printf("block %" PRIu64 ": ", report->number);
	switch (report->verdict) {
	case PROGRAM_VALID:
		printf("VALID\n");
		break;
	case PROGRAM_OUTPUT_WRONG:
		printf("INVALID: another block follows from the inbox\n");
		break;
	case PROGRAM_NUMBER_WRONG:
		printf("INVALID: the agreed output root is not of the block before\n");
		break;
	case PROGRAM_NO_BLOCK:
		printf("INVALID: the inbox ends before it\n");
		break;
	case PROGRAM_GENESIS_WRONG:
		printf("INVALID: the agreed genesis is another chain's\n");
		break;
	case PROGRAM_NO_VERDICT:
		printf("no verdict: something is missing, or is not what it should be\n");
		break;
	}
	print_hash("claimed output root", &report->claimed);
	if (report->verdict == PROGRAM_VALID || report->verdict == PROGRAM_OUTPUT_WRONG)
		print_block(report);
}
