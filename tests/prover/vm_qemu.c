/* vm_qemu: what a program left in memory on the machine, against what the same
 * program wrote under qemu.
 *
 *	vm_qemu MACHINE.elf OUTPUT_OF_QEMU */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "prover/vm/machine.h"
#include "tests/prover/riscv/results.h"

static struct bytes read_file(const char *path)
{
	size_t room = 2 * sizeof(struct results);
	uint8_t *data = malloc(room);
	FILE *f = fopen(path, "rb");
	size_t len = f && data ? fread(data, 1, room, f) : 0;

	if (f)
		fclose(f);
	if (len == 0 || len == room) {
		fprintf(stderr, "vm_qemu: %s: not readable, or of an odd size\n", path);
		exit(1);
	}
	return bytes_of(data, len);
}

static void run(struct machine *m, const char *path)
{
	struct bytes file = read_file(path);
	enum machine_image_err err = machine_load_elf(m, file);

	if (err != MACHINE_IMAGE_OK || machine_run(m, UINT64_MAX) != MACHINE_EXITED ||
	    machine_status(m) != MACHINE_VALID) {
		fprintf(stderr, "vm_qemu: %s: %s, status %d at pc %" PRIx64 "\n", path,
			machine_image_err_text(err), (int)machine_status(m), machine_pc(m));
		exit(1);
	}
	free((void *)(uintptr_t)file.data);
}

int main(int argc, char **argv)
{
	struct machine *m = machine_new(NULL);
	uint64_t passed = 0, failed = 0;
	struct bytes expected;

	if (argc != 3) {
		fprintf(stderr, "usage: vm_qemu MACHINE.elf OUTPUT_OF_QEMU\n");
		return 2;
	}
	run(m, argv[1]);
	expected = read_file(argv[2]);
	for (size_t at = 0; at + 8 <= expected.len; at += 8) {
		uint8_t found[8];

		machine_read(m, RESULTS_ADDRESS + at, found, sizeof(found));
		if (le64_load(found) == le64_load(expected.data + at)) {
			passed++;
			continue;
		}
		if (failed++ < 20)
			printf("FAILED: result %zu is %" PRIx64 ", qemu says %" PRIx64 "\n", at / 8,
			       le64_load(found), le64_load(expected.data + at));
	}
	/* The first is how many there are. */
	if (le64_load(expected.data) != expected.len / 8 - 1 || expected.len % 8 != 0)
		failed++;
	printf("%" PRIu64 " steps\n%" PRIu64 " passed, %" PRIu64 " failed\n", machine_step(m),
	       passed, failed);
	free((void *)(uintptr_t)expected.data);
	machine_free(m);
	return failed != 0;
}
