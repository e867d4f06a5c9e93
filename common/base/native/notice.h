/* notice: what is wrong for as long as it lasts, in one thread's words: for the log
 * (complaint.h), and for whoever asks from another thread.  Not core. */
#ifndef GAVEL_BASE_NATIVE_NOTICE_H
#define GAVEL_BASE_NATIVE_NOTICE_H

#include <pthread.h>

#include "base/native/complaint.h"

struct notice {
	pthread_mutex_t lock;
	char text[COMPLAINT_TEXT_SIZE]; /* "": all is well */
	struct complaint complaint;
};

#define NOTICE_NONE                                                                                \
	{                                                                                          \
		.lock = PTHREAD_MUTEX_INITIALIZER                                                  \
	}

/* As complaint_say(), whose arguments these are, and from one thread as well. */
void notice_say(struct notice *notice, const char *part, const char *wrong, const char *over,
		uint64_t now_ms);

/* From any thread: a copy in `text`; NULL: all is well. */
const char *notice_read(struct notice *notice, char text[COMPLAINT_TEXT_SIZE]);

#endif
