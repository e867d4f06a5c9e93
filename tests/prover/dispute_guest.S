/* A small program for tests of disputes, on the real machine.  It "proves" blocks
 * of a toy chain: block b's root is the first 32 bytes of Keccak-f of the lanes
 * (root of b - 1, b), and an inbox entry holds eight blocks.  It reads preimages
 * of every kind, and counts a while in memory before its verdict.
 *
 * The keys of what it reads, but for the local ones, are put at KEYS by the test. */
#define KEYS   0x20000 /* keccak256, entry, precompile: 32 bytes each */
#define KEY    0x20100
#define BUFFER 0x20200 /* 64 bytes for each thing that is read */
#define LANES  0x21000
#define COUNT  0x22000

	.globl _start
	.text
/* Reads 64 bytes of (length | preimage) of the key at a0 to a1. */
read:
	li a7, 1
	ecall
	mv a0, a1
	li a7, 2
	ecall
	addi a0, a1, 32
	ecall
	ret

/* Reads the local preimage a2 to BUFFER + 64 * a2. */
read_local:
	li a0, KEY
	li t0, 1
	sb t0, 0(a0)
	sb a2, 31(a0)
	slli t0, a2, 6
	li a1, BUFFER
	add a1, a1, t0
	j read

_start:
	li s0, 1
locals:
	mv a2, s0
	jal ra, read_local
	addi s0, s0, 1
	li t0, 6
	bne s0, t0, locals

	li s1, 0
others:
	slli t0, s1, 5
	li a0, KEYS
	add a0, a0, t0
	li a1, BUFFER + 0x180
	slli t0, s1, 6
	add a1, a1, t0
	jal ra, read
	mv a0, a1
	li a7, 2
	ecall /* one more: the end, or behind it */
	addi s1, s1, 1
	li t0, 3
	bne s1, t0, others

	/* The lanes: agreed root and number, as the bytes come. */
	li t0, LANES
	li t1, BUFFER + 64 + 8
	li t2, 4
copy:
	ld t3, 0(t1)
	sd t3, 0(t0)
	addi t0, t0, 8
	addi t1, t1, 8
	addi t2, t2, -1
	bnez t2, copy
	li t1, BUFFER + 3 * 64 + 8
	ld t3, 0(t1)
	sd t3, 0(t0)
	li a0, LANES
	li a7, 3
	ecall

	/* Something that takes its time. */
	li t0, COUNT
	li t1, 90
count:
	ld t2, 0(t0)
	add t2, t2, t1
	mul t2, t2, t1
	sd t2, 0(t0)
	addi t1, t1, -1
	bnez t1, count

	/* Beyond the horizon: eight blocks an entry. */
	li t0, BUFFER + 3 * 64 + 8
	lbu t1, 7(t0)
	li t0, BUFFER + 4 * 64 + 8
	lbu t2, 7(t0)
	slli t2, t2, 3
	li a0, 1
	bltu t2, t1, halt

	li t0, LANES
	li t1, BUFFER + 2 * 64 + 8
	li t2, 4
compare:
	ld t3, 0(t0)
	ld t4, 0(t1)
	bne t3, t4, halt
	addi t0, t0, 8
	addi t1, t1, 8
	addi t2, t2, -1
	bnez t2, compare
	li a0, 0
halt:
	li a7, 0
	ecall
