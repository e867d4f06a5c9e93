#include "base/native/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define LOG_LINE_MAX 4096

static atomic_int log_threshold = LOG_INFO;

void log_set_level(enum log_level level)
{
	atomic_store(&log_threshold, level);
}

static const char *log_level_name(enum log_level level)
{
	switch (level) {
	case LOG_DEBUG:
		return "debug";
	case LOG_INFO:
		return "info ";
	case LOG_WARN:
		return "warn ";
	case LOG_ERROR:
		return "error";
	}
	return "?";
}

/* What snprintf stored of the `size` it had, given its answer. */
static size_t stored(int answer, size_t size)
{
	if (answer < 0)
		return 0;
	return (size_t)answer < size ? (size_t)answer : size - 1;
}

void log_line(enum log_level level, const char *area, const char *format, ...)
{
	char line[LOG_LINE_MAX + 1];
	struct timespec now;
	struct tm utc;
	va_list arguments;
	size_t len;

	if ((int)level < atomic_load(&log_threshold))
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	len = strftime(line, LOG_LINE_MAX, "%Y-%m-%dT%H:%M:%S", &utc);
	len +=
	    stored(snprintf(line + len, LOG_LINE_MAX - len,
			    ".%03ldZ %s %s: ", now.tv_nsec / 1000000, log_level_name(level), area),
		   LOG_LINE_MAX - len);
	va_start(arguments, format);
	len += stored(vsnprintf(line + len, LOG_LINE_MAX - len, format, arguments),
		      LOG_LINE_MAX - len);
	va_end(arguments);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = ' ';
	line[len++] = '\n';
	for (size_t done = 0; done < len;) {
		ssize_t n = write(STDERR_FILENO, line + done, len - done);

		if (n <= 0)
			return;
		done += (size_t)n;
	}
}
