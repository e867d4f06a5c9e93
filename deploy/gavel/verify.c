/* gavel verify: replays a witness, with nothing but the file. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "deploy/gavel/command.h"
#include "deploy/gavel/verdict.h"
#include "prover/host/host.h"
#include "prover/host/image.h"
#include "prover/host/witness.h"

enum {
	EXIT_VALID = 0,
	EXIT_UNUSABLE = 1,
	EXIT_INVALID = 3,
};

static bool image_fits(const struct hash32 *image)
{
	struct hash32 ours = image_hash();
	char wanted[65], has[65];

	if (hash32_eq(&ours, image))
		return true;
	hex_encode(wanted, bytes_of_hash(image));
	hex_encode(has, bytes_of_hash(&ours));
	fprintf(stderr, "gavel verify: it is about the program 0x%s, this build has 0x%s\n", wanted,
		has);
	return false;
}

/* What the file says and L1 has to confirm. */
static void print_assumptions(const struct dispute *d)
{
	char text[65];

	hex_encode(text, bytes_of_hash(&d->agreed));
	printf("given: output root of block %" PRIu64 " 0x%s\n", d->number - 1, text);
	hex_encode(text, bytes_of_hash(&d->config));
	printf("given: chain 0x%s, %" PRIu64 " inbox entries\n", text, d->entry_count);
}

/* The verdict is the machine's; the native run must have come to the same. */
static bool run_machine(struct host *h, enum program_verdict expected)
{
	struct machine_host host = host_of_machine(h);
	struct machine *m = image_machine(&host);
	struct hash32 hash;
	char text[65];
	bool agrees;

	if (machine_run(m, UINT64_MAX) == MACHINE_NO_PREIMAGE)
		fprintf(stderr, "gavel verify: the machine asks for what is not there\n");
	agrees = machine_status(m) == (enum machine_status)program_exit_code(expected);
	hash = machine_hash(m);
	hex_encode(text, bytes_of_hash(&hash));
	printf("machine: %" PRIu64 " steps to 0x%s\n", machine_step(m), text);
	if (!agrees)
		fprintf(stderr, "gavel verify: the machine and the native program disagree\n");
	machine_free(m);
	return agrees;
}

static int replay(struct preimages *known, bool native)
{
	struct program_report report;
	struct dispute dispute;
	struct arena a;
	struct host h;
	bool usable = host_get_dispute(known, &dispute);

	if (!usable) {
		fprintf(stderr, "gavel verify: no claim is in it\n");
		return EXIT_UNUSABLE;
	}
	print_assumptions(&dispute);
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	host_init(&h, known, NULL);
	host_run_native(&h, &a, &report);
	if (h.precompile_differs)
		fprintf(stderr, "gavel verify: it has a wrong result of a precompile\n");
	usable = !h.precompile_differs && report.verdict != PROGRAM_NO_VERDICT &&
		 (native || run_machine(&h, report.verdict));
	if (usable || report.verdict == PROGRAM_NO_VERDICT)
		verdict_print(&report);
	host_free(&h);
	arena_free(&a);
	if (!usable)
		return EXIT_UNUSABLE;
	return report.verdict == PROGRAM_VALID ? EXIT_VALID : EXIT_INVALID;
}

static int run_verify(int argc, char **argv)
{
	bool native = argc == 3 && strcmp(argv[2], "--native") == 0;
	struct preimages known;
	enum witness_err err;
	struct hash32 image;
	int status = EXIT_UNUSABLE;

	if ((argc != 2 && !native) || argv[1][0] == '-')
		return COMMAND_BAD_USAGE;
	preimages_init(&known);
	err = witness_read(argv[1], &image, &known);
	if (err != WITNESS_OK)
		fprintf(stderr, "gavel verify: %s: %s\n", argv[1], witness_err_text(err));
	else if (image_fits(&image))
		status = replay(&known, native);
	preimages_free(&known);
	return status;
}

const struct command command_verify = {
	"verify",
	"FILE [--native]",
	"replay a witness in the machine (--native: without it) and say whether the claim\n"
	"      is right; exits 0 VALID, 3 INVALID, 1 when it can't be told",
	run_verify,
};
