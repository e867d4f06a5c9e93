/* The image's file, as read-only data. */
	.section .rodata
	.globl	image_data_start, image_data_end
	.hidden	image_data_start, image_data_end
	.balign	64
image_data_start:
	.incbin	GUEST_IMAGE
image_data_end:
	.section .note.GNU-stack, "", %progbits
