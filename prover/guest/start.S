/* start: where the machine begins.  All memory and all registers are zero but
 * for the image, so there is only the stack to find. */
	.section .text.start, "ax", @progbits
	.globl	_start
_start:
	.option	push
	.option	norelax
	la	gp, __global_pointer$
	.option	pop
	la	sp, __stack_top
	call	guest_main
