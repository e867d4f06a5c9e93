/* log: one line a happening, on standard error, for operators.
 *
 *   2026-01-31T12:00:00.123Z warn  batcher: L1 answered 429, retry in 2 s
 *
 * Never pass a secret.  Thread-safe; a line is written whole.  Not core. */
#ifndef GAVEL_BASE_NATIVE_LOG_H
#define GAVEL_BASE_NATIVE_LOG_H

enum log_level {
	LOG_DEBUG,
	LOG_INFO,
	LOG_WARN,  /* works on, but somebody should know */
	LOG_ERROR, /* something that was promised did not happen */
};

/* Lines below `level` are dropped from now on.  LOG_INFO at start. */
void log_set_level(enum log_level level);

/* `area` is the part that speaks ("batcher").  A newline is added; control
 * characters in the text are replaced, so that what others sent can't forge
 * lines. */
void log_line(enum log_level level, const char *area, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_debug(area, ...) log_line(LOG_DEBUG, (area), __VA_ARGS__)
#define log_info(area, ...)  log_line(LOG_INFO, (area), __VA_ARGS__)
#define log_warn(area, ...)  log_line(LOG_WARN, (area), __VA_ARGS__)
#define log_error(area, ...) log_line(LOG_ERROR, (area), __VA_ARGS__)

#endif
