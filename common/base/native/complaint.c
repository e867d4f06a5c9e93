#include "base/native/complaint.h"

#include "base/native/log.h"

#define REPEAT_MS 60000

void complaint_say(struct complaint *complaint, const char *part, const char *wrong,
		   const char *over, uint64_t now_ms)
{
	if (wrong && (!complaint->said_at || now_ms - complaint->said_at >= REPEAT_MS)) {
		log_error(part, "%s", wrong);
		complaint->said_at = now_ms;
	}
	if (!wrong && complaint->said_at) {
		log_info(part, "%s", over);
		complaint->said_at = 0;
	}
}
