#include "sequencer/post_watch.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "net/l1_transactions.h"

/* What goes by itself mostly does within a minute.  L1 may be dear for longer. */
#define PATIENCE_MS         60000
#define CEILING_PATIENCE_MS (10 * 60000)

static bool starts_with(const char *text, const char *words)
{
	return strncmp(text, words, strlen(words)) == 0;
}

static uint64_t patience(const char *hindrance)
{
	if (starts_with(hindrance, L1_REASON_FUNDS))
		return 0;
	return starts_with(hindrance, L1_REASON_CEILING) ? CEILING_PATIENCE_MS : PATIENCE_MS;
}

/* Words for what is in the way of the oldest transaction. */
static void word_hindrance(char text[COMPLAINT_TEXT_SIZE], const char *account,
			   const char *hindrance)
{
	if (starts_with(hindrance, L1_REASON_FUNDS))
		snprintf(text, COMPLAINT_TEXT_SIZE,
			 "the batcher's account 0x%s can't pay for the next batch (%.100s): send "
			 "ETH to it, and batches go on by themselves",
			 account, hindrance);
	else if (starts_with(hindrance, L1_REASON_CEILING))
		snprintf(text, COMPLAINT_TEXT_SIZE,
			 "the next batch is not mined, since L1 is dearer than --max-l1-fee or "
			 "--max-l1-priority-fee allow: batches wait until it is cheaper, or until "
			 "the sequencer is started with more");
	else
		snprintf(text, COMPLAINT_TEXT_SIZE,
			 "the L1 node does not take the next batch (%.150s): see what is wrong "
			 "with it, or give another --l1",
			 hindrance);
}

static void word_refusal(char text[COMPLAINT_TEXT_SIZE], const char *account, const char *refusal)
{
	snprintf(text, COMPLAINT_TEXT_SIZE,
		 "L1 refuses batches (%.130s): they are built anew, and nothing becomes safe. See "
		 "whether the inbox still takes batches from 0x%s, its batcher()",
		 refusal, account);
}

static bool lasts(uint64_t since_ms, uint64_t patience_ms, uint64_t now_ms)
{
	return since_ms && now_ms - since_ms >= patience_ms;
}

void post_watch_refused(struct post_watch *watch, const char *reason, uint64_t now_ms)
{
	if (!watch->refused_ms)
		watch->refused_ms = now_ms;
	snprintf(watch->refusal, sizeof(watch->refusal), "%s", reason);
}

void post_watch_arrived(struct post_watch *watch)
{
	watch->refused_ms = 0;
}

void post_watch_look(struct post_watch *watch, const struct address *account, const char *hindrance,
		     uint64_t now_ms)
{
	char text[COMPLAINT_TEXT_SIZE] = "", hex[41];

	hex_encode(hex, bytes_of_address(account));
	if (hindrance[0] == '\0')
		watch->hindered_ms = 0;
	else if (!watch->hindered_ms)
		watch->hindered_ms = now_ms;
	if (lasts(watch->hindered_ms, patience(hindrance), now_ms))
		word_hindrance(text, hex, hindrance);
	else if (lasts(watch->refused_ms, PATIENCE_MS, now_ms))
		word_refusal(text, hex, watch->refusal);
	notice_say(&watch->notice, "batcher", text[0] ? text : NULL, "batches go to L1 again",
		   now_ms);
}
