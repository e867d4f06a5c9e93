#include "prover/host/image.h"

#include <stdio.h>
#include <stdlib.h>

/* image_data.S */
extern const uint8_t image_data_start[], image_data_end[];

struct bytes image_file(void)
{
	return bytes_of(image_data_start, (size_t)(image_data_end - image_data_start));
}

struct machine *image_machine(const struct machine_host *host)
{
	struct machine *m = machine_new(host);
	enum machine_image_err err = machine_load_elf(m, image_file());

	if (err != MACHINE_IMAGE_OK) {
		fprintf(stderr, "the proof program's image: %s\n", machine_image_err_text(err));
		abort();
	}
	return m;
}

struct hash32 image_hash(void)
{
	struct machine_host none = { 0 };
	struct machine *m = image_machine(&none);
	struct hash32 hash = machine_hash(m);

	machine_free(m);
	return hash;
}
