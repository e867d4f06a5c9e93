/* vm_programs: what the machine runs in its benchmark.  a0 says which of the
 * kernels; each runs for ever, on data that fits into some 100 KB. */
#include <stddef.h>
#include <stdint.h>

static uint64_t lanes[25];
static uint64_t words[4096];
static uint8_t buffer[65536];
static uint64_t limbs[3][4] = { { 3, 5, 7, 11 }, { 13, 17, 19, 23 } };

static uint64_t rotate(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

/* Keccak-like: xor, rotations and and-not on 64-bit words, in straight lines. */
static void mix_lanes(void)
{
	for (unsigned row = 0; row < 25; row += 5) {
		uint64_t a = lanes[row], b = lanes[row + 1], c = lanes[row + 2], d = lanes[row + 3],
			 e = lanes[row + 4];

		lanes[row] = rotate(a ^ (~b & c), 1);
		lanes[row + 1] = rotate(b ^ (~c & d), 62);
		lanes[row + 2] = rotate(c ^ (~d & e), 28);
		lanes[row + 3] = rotate(d ^ (~e & a), 27);
		lanes[row + 4] = rotate(e ^ (~a & b), 20) + row;
	}
}

/* 256-bit multiplication, schoolbook. */
static void multiply_limbs(void)
{
	uint64_t out[4] = { 0 };

	for (unsigned i = 0; i < 4; i++) {
		unsigned __int128 carry = 0;

		for (unsigned k = 0; i + k < 4; k++) {
			carry += (unsigned __int128)limbs[0][i] * limbs[1][k] + out[i + k];
			out[i + k] = (uint64_t)carry;
			carry >>= 64;
		}
	}
	for (unsigned i = 0; i < 4; i++)
		limbs[0][i] = out[i] | 1;
}

/* Bytes, branches and a table: RLP, tries, DEFLATE. */
static void scan_bytes(void)
{
	uint32_t state = 1;

	for (size_t i = 0; i < sizeof(buffer); i++) {
		uint8_t byte = buffer[i];

		if (byte < 0x80)
			state = state * 31 + byte;
		else if (byte < 0xb8)
			state ^= buffer[(i + byte) % sizeof(buffer)];
		else
			state += byte;
		buffer[i] = (uint8_t)(state >> 8);
	}
}

static void sift(size_t node, size_t count)
{
	while (2 * node + 1 < count) {
		size_t child = 2 * node + 1;
		uint64_t swap = words[node];

		if (child + 1 < count && words[child + 1] > words[child])
			child++;
		if (words[child] <= swap)
			return;
		words[node] = words[child];
		words[child] = swap;
		node = child;
	}
}

/* Comparisons and jumps around in memory. */
static void sort_words(void)
{
	uint64_t x = words[0] | 1;

	for (size_t i = 0; i < 4096; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		words[i] = x;
	}
	for (size_t i = 2048; i-- > 0;)
		sift(i, 4096);
	for (size_t i = 4096; i-- > 1;) {
		uint64_t swap = words[0];

		words[0] = words[i];
		words[i] = swap;
		sift(0, i);
	}
}

/* Calls and returns. */
static __attribute__((noinline)) uint64_t fibonacci(uint64_t n)
{
	return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static void recurse(void)
{
	words[1] += fibonacci(20);
}

/* Called by the entry. */
__attribute__((noreturn)) void run(uint64_t kernel);

__attribute__((noreturn)) void run(uint64_t kernel)
{
	static void (*const kernels[])(void) = { mix_lanes, multiply_limbs, scan_bytes, sort_words,
						 recurse };

	for (;;)
		kernels[kernel]();
}

__asm__(".globl _start\n_start: la sp, stack_end\n	j run\n");
__asm__(".bss\n.balign 16\n.skip 65536\nstack_end:\n.text\n");
