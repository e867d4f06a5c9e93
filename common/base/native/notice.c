#include "base/native/notice.h"

#include <stdio.h>
#include <string.h>

void notice_say(struct notice *notice, const char *part, const char *wrong, const char *over,
		uint64_t now_ms)
{
	pthread_mutex_lock(&notice->lock);
	snprintf(notice->text, sizeof(notice->text), "%s", wrong ? wrong : "");
	pthread_mutex_unlock(&notice->lock);
	complaint_say(&notice->complaint, part, wrong, over, now_ms);
}

const char *notice_read(struct notice *notice, char text[COMPLAINT_TEXT_SIZE])
{
	pthread_mutex_lock(&notice->lock);
	memcpy(text, notice->text, COMPLAINT_TEXT_SIZE);
	pthread_mutex_unlock(&notice->lock);
	return text[0] ? text : NULL;
}
