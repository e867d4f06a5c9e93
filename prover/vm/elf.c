/* elf: loads the image.  ELF-64 object file format 1.5 and the RISC-V ELF psABI;
 * of all that they allow, what the guest's linker makes, and nothing else. */
#include <elf.h>

#include "prover/vm/private.h"

const char *machine_image_err_text(enum machine_image_err err)
{
	switch (err) {
	case MACHINE_IMAGE_OK:
		return "no error";
	case MACHINE_IMAGE_NOT_ELF:
		return "not an ELF file";
	case MACHINE_IMAGE_WRONG_KIND:
		return "not a static 64-bit little-endian RISC-V program without compressed "
		       "instructions and floating point";
	case MACHINE_IMAGE_BAD_TABLE:
		return "program headers are not where they should be";
	case MACHINE_IMAGE_DYNAMIC:
		return "needs dynamic linking";
	case MACHINE_IMAGE_BAD_SEGMENT:
		return "a segment is outside of the file or of the memory, or overlaps another";
	case MACHINE_IMAGE_BAD_ENTRY:
		return "the entry is not in executable memory";
	}
	return "unknown error";
}

/* Bytes `offset` .. `offset + len` are in the file. */
static bool in_file(struct bytes file, uint64_t offset, uint64_t len)
{
	return offset <= file.len && len <= file.len - offset;
}

/* Flags in e_flags: compressed, float ABI, RVE, TSO.  All must be off. */
static bool header_is_ours(const Elf64_Ehdr *h)
{
	return h->e_ident[EI_CLASS] == ELFCLASS64 && h->e_ident[EI_DATA] == ELFDATA2LSB &&
	       h->e_ident[EI_VERSION] == EV_CURRENT && h->e_version == EV_CURRENT &&
	       h->e_type == ET_EXEC && h->e_machine == EM_RISCV && h->e_flags == 0;
}

/* The segments, within the file whose headers have been checked. */
struct segments {
	struct bytes file;
	uint64_t table;
	unsigned count;
};

static Elf64_Phdr segment_at(const struct segments *s, unsigned i)
{
	Elf64_Phdr p;

	memcpy(&p, s->file.data + s->table + i * sizeof(p), sizeof(p));
	return p;
}

static bool overlaps_earlier(const struct segments *s, unsigned i, const Elf64_Phdr *p)
{
	for (unsigned k = 0; k < i; k++) {
		Elf64_Phdr q = segment_at(s, k);

		if (q.p_type == PT_LOAD && p->p_vaddr < q.p_vaddr + q.p_memsz &&
		    q.p_vaddr < p->p_vaddr + p->p_memsz)
			return true;
	}
	return false;
}

static bool segment_is_good(const struct segments *s, unsigned i, const Elf64_Phdr *p)
{
	return p->p_filesz <= p->p_memsz && in_file(s->file, p->p_offset, p->p_filesz) &&
	       p->p_vaddr <= MACHINE_MEMORY_SIZE &&
	       p->p_memsz <= MACHINE_MEMORY_SIZE - p->p_vaddr && !overlaps_earlier(s, i, p);
}

static bool has_entry(const Elf64_Phdr *p, uint64_t entry)
{
	return (p->p_flags & PF_X) != 0 && entry % 4 == 0 && entry >= p->p_vaddr &&
	       entry - p->p_vaddr < p->p_memsz;
}

static enum machine_image_err check_segments(const struct segments *s, uint64_t entry)
{
	bool entered = false;

	for (unsigned i = 0; i < s->count; i++) {
		Elf64_Phdr p = segment_at(s, i);

		if (p.p_type == PT_INTERP || p.p_type == PT_DYNAMIC || p.p_type == PT_TLS)
			return MACHINE_IMAGE_DYNAMIC;
		if (p.p_type != PT_LOAD)
			continue;
		if (!segment_is_good(s, i, &p))
			return MACHINE_IMAGE_BAD_SEGMENT;
		entered = entered || has_entry(&p, entry);
	}
	return entered ? MACHINE_IMAGE_OK : MACHINE_IMAGE_BAD_ENTRY;
}

enum machine_image_err machine_load_elf(struct machine *m, struct bytes file)
{
	Elf64_Ehdr h;
	struct segments s = { .file = file };
	enum machine_image_err err;

	if (file.len < sizeof(h) || memcmp(file.data, ELFMAG, SELFMAG) != 0)
		return MACHINE_IMAGE_NOT_ELF;
	memcpy(&h, file.data, sizeof(h));
	if (!header_is_ours(&h))
		return MACHINE_IMAGE_WRONG_KIND;
	if (h.e_phentsize != sizeof(Elf64_Phdr) ||
	    !in_file(file, h.e_phoff, (uint64_t)h.e_phnum * sizeof(Elf64_Phdr)))
		return MACHINE_IMAGE_BAD_TABLE;
	s.table = h.e_phoff;
	s.count = h.e_phnum;
	err = check_segments(&s, h.e_entry);
	if (err != MACHINE_IMAGE_OK)
		return err;
	for (unsigned i = 0; i < s.count; i++) {
		Elf64_Phdr p = segment_at(&s, i);

		if (p.p_type == PT_LOAD)
			machine_write(m, p.p_vaddr, bytes_of(file.data + p.p_offset, p.p_filesz));
	}
	m->pc = h.e_entry;
	return MACHINE_IMAGE_OK;
}
