#include "evm/machine.h"

/* A frame's memory lies at the top of its region, where it can grow in place;
 * at the end of a chunk it moves on to the next one. */
static void memory_resize(struct region *r, struct evm_frame *f, uint64_t len)
{
	uint8_t *old = f->memory;

	if (len > (size_t)(r->current->limit - old)) {
		/* The room to grow is what keeps moving rare. */
		region_next_chunk(r, (size_t)len);
		f->memory = r->top;
		memcpy(f->memory, old, (size_t)f->memory_len);
	}
	memset(f->memory + f->memory_len, 0, (size_t)(len - f->memory_len));
	f->memory_len = len;
	f->memory_words = len - 31;
	region_take_to(r, f->memory + len);
}

enum evm_status memory_grow(struct evm *e, struct evm_frame *f, uint64_t end)
{
	uint64_t words = words_of(end);
	uint64_t before = f->memory_len / 32;

	if (end > EVM_MEMORY_LIMIT || !frame_charge(f, memory_gas(words) - memory_gas(before)))
		return EVM_OUT_OF_GAS;
	memory_resize(&e->memories, f, words * 32);
	return EVM_SUCCESS;
}

void return_data_set(struct evm *e, struct bytes data)
{
	if (data.len > e->return_capacity) {
		e->return_capacity = 2 * data.len;
		e->return_buffer = arena_alloc(e->arena, e->return_capacity);
	}
	if (data.len)
		memcpy(e->return_buffer, data.data, data.len);
	e->return_data = bytes_of(e->return_buffer, data.len);
}
