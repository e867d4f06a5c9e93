/* complaint: what is wrong for as long as it lasts, for the operator: it is said
 * again every minute, and once when it is over.  Not core. */
#ifndef GAVEL_BASE_NATIVE_COMPLAINT_H
#define GAVEL_BASE_NATIVE_COMPLAINT_H

#include <stdint.h>

/* Of the words for it. */
#define COMPLAINT_TEXT_SIZE 320

/* Zero beforehand.  One thread only. */
struct complaint {
	uint64_t said_at; /* ms; 0: all is well */
};

/* Logs for part `part` what is wrong at `now_ms`, as an error, unless that was said less
 * than a minute ago; with `wrong` NULL that it is over, in the words `over`, if it
 * had been said. */
void complaint_say(struct complaint *complaint, const char *part, const char *wrong,
		   const char *over, uint64_t now_ms);

#endif
