/* vm_bench: how many steps per second the machine runs, without hashing, and
 * what the hashing of its memory costs.
 *
 *	gavel-vm-bench [--json] PROGRAMS.elf
 *
 * In CPU time, since others may use the machine too. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "prover/vm/machine.h"

#define STEPS 400000000ull
#define A0    10

static const char *const kernels[] = { "lanes", "limbs", "bytes", "sort", "calls" };
#define KERNELS (sizeof(kernels) / sizeof(kernels[0]))

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct bytes read_file(const char *path)
{
	static uint8_t file[1 << 20];
	FILE *f = fopen(path, "rb");
	size_t len = f ? fread(file, 1, sizeof(file), f) : 0;

	if (f)
		fclose(f);
	return bytes_of(file, len);
}

static struct machine *load(struct bytes image, uint64_t kernel)
{
	struct machine *m = machine_new(NULL);
	enum machine_image_err err = machine_load_elf(m, image);
	struct machine_state s;

	if (err != MACHINE_IMAGE_OK) {
		fprintf(stderr, "gavel-vm-bench: %s\n", machine_image_err_text(err));
		exit(1);
	}
	machine_state(m, &s);
	s.x[A0] = kernel;
	machine_set_state(m, &s);
	return m;
}

/* Million steps per second. */
static double speed(struct bytes image, uint64_t kernel)
{
	struct machine *m = load(image, kernel);
	double start;

	(void)machine_run(m, STEPS / 100);
	start = now();
	if (machine_run(m, STEPS) != MACHINE_REACHED) {
		fprintf(stderr, "gavel-vm-bench: %s stopped at step %" PRIu64 "\n", kernels[kernel],
			machine_step(m));
		exit(1);
	}
	start = now() - start;
	machine_free(m);
	return (double)(STEPS - STEPS / 100) / start / 1e6;
}

/* Milliseconds per MB of changed memory. */
static double hashing(void)
{
	struct machine *m = machine_new(NULL);
	uint8_t page[4096];
	double start;

	for (size_t i = 0; i < sizeof(page); i++)
		page[i] = (uint8_t)(i * 7 + i / 32);
	for (uint64_t i = 0; i < 1024; i++)
		machine_write(m, i * sizeof(page), bytes_of(page, sizeof(page)));
	start = now();
	(void)machine_hash(m);
	start = now() - start;
	machine_free(m);
	return start * 1e3 / 4;
}

int main(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
	struct bytes image = read_file(argc > 1 ? argv[argc - 1] : "");
	double slowest = 0, seconds = 0;

	for (uint64_t i = 0; i < KERNELS; i++) {
		double rate = speed(image, i);

		slowest = slowest == 0 || rate < slowest ? rate : slowest;
		seconds += 1 / rate;
		if (!json)
			printf("%-8s %8.0f million steps/s\n", kernels[i], rate);
	}
	if (json)
		printf("{\"bench\":\"vm\",\"m_steps_per_s\":%.1f,\"m_steps_per_s_slowest\":%.1f,"
		       "\"hash_ms_per_mb\":%.2f}\n",
		       (double)KERNELS / seconds, slowest, hashing());
	else
		printf("mean     %8.0f million steps/s; hashing takes %.1f ms per changed MB\n",
		       (double)KERNELS / seconds, hashing());
	return 0;
}
