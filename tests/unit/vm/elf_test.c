/* Which images are loaded, and which are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <elf.h>

#include "tests/unit/vm/code.h"

#define SEGMENTS 3

/* A file with a code segment, one of data and zeros, and one that is no PT_LOAD. */
struct image {
	Elf64_Ehdr header;
	Elf64_Phdr segments[SEGMENTS];
	uint8_t code[8];
	uint8_t data[5];
};

static struct image good_image(void)
{
	struct image image = {
		.header = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
					 ELFDATA2LSB, EV_CURRENT },
			    .e_type = ET_EXEC,
			    .e_machine = EM_RISCV,
			    .e_version = EV_CURRENT,
			    .e_entry = 0x10004,
			    .e_phoff = offsetof(struct image, segments),
			    .e_ehsize = sizeof(Elf64_Ehdr),
			    .e_phentsize = sizeof(Elf64_Phdr),
			    .e_phnum = SEGMENTS },
		.segments = { { .p_type = PT_LOAD,
				.p_flags = PF_R | PF_X,
				.p_offset = offsetof(struct image, code),
				.p_vaddr = 0x10000,
				.p_filesz = 8,
				.p_memsz = 8 },
			      { .p_type = PT_LOAD,
				.p_flags = PF_R | PF_W,
				.p_offset = offsetof(struct image, data),
				.p_vaddr = 0x10008,
				.p_filesz = 5,
				.p_memsz = 0x100000 },
			      { .p_type = PT_NOTE } },
		.code = { 1, 2, 3, 4, 5, 6, 7, 8 },
		.data = { 'g', 'a', 'v', 'e', 'l' },
	};

	return image;
}

static enum machine_image_err load(const struct image *image)
{
	struct machine *m = machine_new(NULL);
	struct hash32 before = machine_hash(m), after;
	enum machine_image_err err = machine_load_elf(m, bytes_of(image, sizeof(*image)));

	after = machine_hash(m);
	assert_int_equal(hash32_eq(&before, &after), err != MACHINE_IMAGE_OK);
	machine_free(m);
	return err;
}

static void a_good_image_is_loaded(void **unused)
{
	struct machine *m = machine_new(NULL);
	struct image image = good_image();
	uint8_t found[14];

	(void)unused;
	assert_int_equal(machine_load_elf(m, bytes_of(&image, sizeof(image))), MACHINE_IMAGE_OK);
	machine_read(m, 0x10000, found, sizeof(found));
	assert_memory_equal(found, "\1\2\3\4\5\6\7\10gavel\0", 14);
	assert_int_equal(machine_pc(m), 0x10004);
	assert_int_equal(machine_step(m), 0);
	machine_free(m);
}

/* Each case changes one thing of a good image. */
#define REFUSED(change, error)                                                                     \
	do {                                                                                       \
		struct image i = good_image();                                                     \
		change;                                                                            \
		assert_int_equal(load(&i), error);                                                 \
	} while (0)

static void other_files_are_refused(void **unused)
{
	(void)unused;
	REFUSED(i.header.e_ident[0] = 0, MACHINE_IMAGE_NOT_ELF);
	REFUSED(i.header.e_ident[EI_CLASS] = ELFCLASS32, MACHINE_IMAGE_WRONG_KIND);
	REFUSED(i.header.e_ident[EI_DATA] = ELFDATA2MSB, MACHINE_IMAGE_WRONG_KIND);
	REFUSED(i.header.e_ident[EI_VERSION] = 0, MACHINE_IMAGE_WRONG_KIND);
	REFUSED(i.header.e_version = 0, MACHINE_IMAGE_WRONG_KIND);
	REFUSED(i.header.e_type = ET_DYN, MACHINE_IMAGE_WRONG_KIND);
	REFUSED(i.header.e_machine = EM_X86_64, MACHINE_IMAGE_WRONG_KIND);
	REFUSED(i.header.e_flags = 1 /* compressed */, MACHINE_IMAGE_WRONG_KIND);
	REFUSED(i.header.e_flags = 4 /* double float */, MACHINE_IMAGE_WRONG_KIND);
	REFUSED(i.segments[2].p_type = PT_INTERP, MACHINE_IMAGE_DYNAMIC);
	REFUSED(i.segments[2].p_type = PT_DYNAMIC, MACHINE_IMAGE_DYNAMIC);
	REFUSED(i.segments[2].p_type = PT_TLS, MACHINE_IMAGE_DYNAMIC);
}

static void wrong_tables_are_refused(void **unused)
{
	(void)unused;
	REFUSED(i.header.e_phentsize = 32, MACHINE_IMAGE_BAD_TABLE);
	REFUSED(i.header.e_phnum = 65535, MACHINE_IMAGE_BAD_TABLE);
	REFUSED(i.header.e_phoff = UINT64_MAX, MACHINE_IMAGE_BAD_TABLE);
	REFUSED(i.header.e_phoff = sizeof(i), MACHINE_IMAGE_BAD_TABLE);
}

static void wrong_segments_are_refused(void **unused)
{
	(void)unused;
	REFUSED(i.segments[0].p_offset = UINT64_MAX, MACHINE_IMAGE_BAD_SEGMENT);
	REFUSED(i.segments[0].p_offset = sizeof(i) - 7, MACHINE_IMAGE_BAD_SEGMENT);
	REFUSED(i.segments[1].p_filesz = UINT64_MAX, MACHINE_IMAGE_BAD_SEGMENT);
	REFUSED(i.segments[1].p_memsz = 4, MACHINE_IMAGE_BAD_SEGMENT);
	REFUSED(i.segments[1].p_memsz = UINT64_MAX, MACHINE_IMAGE_BAD_SEGMENT);
	REFUSED(i.segments[1].p_memsz = MACHINE_MEMORY_SIZE - 0x10007, MACHINE_IMAGE_BAD_SEGMENT);
	REFUSED(i.segments[1].p_vaddr = MACHINE_MEMORY_SIZE, MACHINE_IMAGE_BAD_SEGMENT);
	REFUSED(i.segments[1].p_vaddr = UINT64_MAX - 3, MACHINE_IMAGE_BAD_SEGMENT);
	REFUSED(i.segments[1].p_vaddr = 0x10007, MACHINE_IMAGE_BAD_SEGMENT);
	REFUSED(i.segments[0].p_vaddr = 0x10040, MACHINE_IMAGE_BAD_SEGMENT);
}

static void wrong_entries_are_refused(void **unused)
{
	(void)unused;
	REFUSED(i.header.e_entry = 0x10002, MACHINE_IMAGE_BAD_ENTRY);
	REFUSED(i.header.e_entry = 0x10008, MACHINE_IMAGE_BAD_ENTRY);
	REFUSED(i.header.e_entry = 0, MACHINE_IMAGE_BAD_ENTRY);
	REFUSED(i.segments[0].p_flags = PF_R, MACHINE_IMAGE_BAD_ENTRY);
}

static void cut_off_and_damaged_files_do_no_harm(void **unused)
{
	struct image good = good_image();
	uint64_t seed = 4;

	(void)unused;
	for (size_t len = 0; len < sizeof(good); len++) {
		uint8_t *copy = malloc(len + 1); /* its end is watched by the sanitizer */
		struct machine *m = machine_new(NULL);

		memcpy(copy, &good, len);
		copy = realloc(copy, len ? len : 1);
		(void)machine_load_elf(m, bytes_of(copy, len));
		machine_free(m);
		free(copy);
	}
	for (unsigned n = 0; n < 3000; n++) {
		struct image bad = good;
		struct machine *m = machine_new(NULL);

		seed = seed * 6364136223846793005 + 1442695040888963407;
		((uint8_t *)&bad)[(seed >> 33) % sizeof(bad)] ^= (uint8_t)(1 << (seed >> 61));
		(void)machine_load_elf(m, bytes_of(&bad, sizeof(bad)));
		machine_free(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_image_is_loaded),
		cmocka_unit_test(other_files_are_refused),
		cmocka_unit_test(wrong_tables_are_refused),
		cmocka_unit_test(wrong_segments_are_refused),
		cmocka_unit_test(wrong_entries_are_refused),
		cmocka_unit_test(cut_off_and_damaged_files_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
