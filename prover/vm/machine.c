/* machine: its life, its memory from outside, snapshots. */
#include <stdlib.h>

#include "prover/vm/private.h"

struct machine *machine_new(const struct machine_host *host)
{
	struct machine *m = memory_must(calloc(1, sizeof(*m)), sizeof(*m));

	if (host)
		m->host = *host;
	memory_init(&m->memory);
	m->code = memory_map(PAGE_COUNT * sizeof(*m->code));
	return m;
}

static void drop_code(struct machine *m, size_t index)
{
	free(m->code[index]);
	m->code[index] = NULL;
	m->code_pages--;
}

void machine_free(struct machine *m)
{
	if (!m)
		return;
	for (size_t i = 0; m->code_pages > 0; i++)
		if (m->code[i])
			drop_code(m, i);
	memory_unmap(m->code, PAGE_COUNT * sizeof(*m->code));
	memory_free(&m->memory);
	free(m);
}

uint8_t *machine_writable_page(struct machine *m, size_t index)
{
	if (m->memory.writable[index])
		return m->memory.writable[index];
	if (m->code[index])
		drop_code(m, index);
	return memory_make_writable(&m->memory, index);
}

struct code_page *machine_decode(struct machine *m, size_t index, const void *const *handlers)
{
	struct code_page *code = memory_must(malloc(sizeof(*code)), sizeof(*code));
	const struct page *page = m->memory.pages[index];

	decode_page(code, page ? page->data : NULL, handlers);
	memory_protect(&m->memory, index);
	m->code[index] = code;
	m->code_pages++;
	return code;
}

/* How much of `len` bytes from `address` lies in its page. */
static size_t part_in_page(uint64_t address, size_t len)
{
	size_t room = PAGE_SIZE - PAGE_OFFSET(address);

	return len < room ? len : room;
}

static size_t page_of(uint64_t address)
{
	return (address >> PAGE_BITS) % PAGE_COUNT;
}

void machine_read(const struct machine *m, uint64_t address, uint8_t *to, size_t len)
{
	while (len > 0) {
		const struct page *page = m->memory.pages[page_of(address)];
		size_t part = part_in_page(address, len);

		if (page)
			memcpy(to, page->data + PAGE_OFFSET(address), part);
		else
			memset(to, 0, part);
		address += part;
		to += part;
		len -= part;
	}
}

void machine_write(struct machine *m, uint64_t address, struct bytes from)
{
	while (from.len > 0) {
		uint8_t *page = machine_writable_page(m, page_of(address));
		size_t part = part_in_page(address, from.len);

		memcpy(page + PAGE_OFFSET(address), from.data, part);
		address += part;
		from = bytes_of(from.data + part, from.len - part);
	}
}

void machine_state(struct machine *m, struct machine_state *s)
{
	*s = (struct machine_state){
		.memory_root = memory_root(&m->memory),
		.pc = m->pc,
		.step = m->step,
		.preimage_key = m->preimage_key,
		.preimage_offset = m->preimage_offset,
		.exited = m->exited,
		.exit_code = m->exit_code,
	};
	memcpy(s->x, m->x, sizeof(s->x));
}

void machine_set_state(struct machine *m, const struct machine_state *s)
{
	memcpy(m->x, s->x, sizeof(s->x));
	m->x[0] = 0;
	m->pc = s->pc;
	m->step = s->step;
	m->preimage_key = s->preimage_key;
	m->preimage_offset = s->preimage_offset;
	m->exited = s->exited;
	m->exit_code = s->exit_code;
}

struct hash32 machine_hash(struct machine *m)
{
	struct machine_state s;

	machine_state(m, &s);
	return machine_state_hash(&s);
}

enum machine_status machine_status(const struct machine *m)
{
	return machine_state_status(
	    &(struct machine_state){ .exited = m->exited, .exit_code = m->exit_code });
}

uint64_t machine_step(const struct machine *m)
{
	return m->step;
}

uint64_t machine_pc(const struct machine *m)
{
	return m->pc;
}

const struct hash32 *machine_preimage_key(const struct machine *m)
{
	return &m->preimage_key;
}

/* A page, and about what the tables and the tree have for it. */
#define PAGE_FOOTPRINT (sizeof(struct page) + 2 * sizeof(void *) + 3 * sizeof(struct hash32))

size_t machine_footprint(const struct machine *m)
{
	return sizeof(*m) + m->memory.exist.count * PAGE_FOOTPRINT +
	       m->code_pages * sizeof(struct code_page);
}

size_t machine_share(const struct machine *m)
{
	size_t size = machine_footprint(m);

	for (size_t i = 0; i < m->memory.exist.count; i++) {
		const struct page *page = m->memory.pages[m->memory.exist.indices[i]];

		size -= sizeof(*page) - sizeof(*page) / page->holders;
	}
	return size;
}

struct machine_snapshot {
	struct machine_state state;
	size_t count;
	struct {
		uint32_t index;
		struct page *page;
	} pages[];
};

struct machine_snapshot *machine_snapshot_take(struct machine *m)
{
	size_t count = m->memory.exist.count;
	size_t size = sizeof(struct machine_snapshot) +
		      count * sizeof(((struct machine_snapshot *)0)->pages[0]);
	struct machine_snapshot *s = memory_must(malloc(size), size);

	machine_state(m, &s->state); /* which leaves no page writable */
	s->count = count;
	for (size_t i = 0; i < count; i++) {
		s->pages[i].index = m->memory.exist.indices[i];
		s->pages[i].page = m->memory.pages[s->pages[i].index];
		s->pages[i].page->holders++;
	}
	return s;
}

void machine_snapshot_free(struct machine_snapshot *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->count; i++)
		page_release(s->pages[i].page);
	free(s);
}

uint64_t machine_snapshot_step(const struct machine_snapshot *s)
{
	return s->state.step;
}

size_t machine_snapshot_footprint(const struct machine_snapshot *s)
{
	size_t size = sizeof(*s) + s->count * sizeof(s->pages[0]);

	for (size_t i = 0; i < s->count; i++)
		size += sizeof(struct page) / s->pages[i].page->holders;
	return size;
}

struct machine *machine_from_snapshot(const struct machine_snapshot *s,
				      const struct machine_host *host)
{
	struct machine *m = machine_new(host);

	for (size_t i = 0; i < s->count; i++)
		memory_share(&m->memory, s->pages[i].index, s->pages[i].page);
	machine_set_state(m, &s->state);
	memory_root(&m->memory);
	return m;
}
