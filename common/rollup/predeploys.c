/* predeploys: the contracts at fixed addresses that the rules know by name. */
#include "rollup/block.h"

const struct address predeploy_message_passer = { { 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0,
						    0,    0, 0, 0, 0, 0, 0, 0, 0, 0x16 } };
const struct address predeploy_l1_block = { { 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0,
					      0,    0, 0, 0, 0, 0, 0, 0, 0, 0x15 } };
