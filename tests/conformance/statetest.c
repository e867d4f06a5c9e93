/* gavel-statetest [--fork F] [--jobs N] [--trace] DIR|FILE...
 *
 * Runs official state tests: every entry of `post` for Cancun, Prague and
 * Osaka; the others are counted as not run.  A line for each failure, then
 * "N passed, N failed".  The exit status is 0 when nothing failed, 1 when
 * something did, 2 when it could not be run.
 *
 * With --jobs, processes take the files one by one from a common counter.  A
 * process that dies has failed the file that it was at, and is replaced. */
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/conformance/statetest.h"

#define MAX_JOBS 64

static char **files;
static size_t file_count;

struct worker {
	pid_t pid;
	size_t at; /* the file in work */
	struct statetest_counts counts;
};

/* Shared with the workers. */
struct shared {
	size_t next_file;
	struct worker workers[MAX_JOBS];
};

static void add_file(const char *path)
{
	files = realloc(files, (file_count + 1) * sizeof(*files));
	if (!files || !(files[file_count] = strdup(path)))
		abort();
	file_count++;
}

static int visit(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	size_t len = strlen(path);

	(void)status, (void)ftw;
	if (type == FTW_F && len > 5 && strcmp(path + len - 5, ".json") == 0)
		add_file(path);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add_path(const char *path)
{
	size_t before = file_count;

	if (nftw(path, visit, 16, 0) != 0) {
		fprintf(stderr, "gavel-statetest: %s: %s\n", path, strerror(errno));
		return false;
	}
	qsort(files + before, file_count - before, sizeof(*files), by_name);
	return true;
}

static void work(struct shared *shared, struct worker *worker,
		 const struct statetest_options *options)
{
	for (;;) {
		size_t at = __atomic_fetch_add(&shared->next_file, 1, __ATOMIC_RELAXED);

		if (at >= file_count)
			return;
		worker->at = at;
		statetest_run_file(&worker->counts, files[at], options);
	}
}

static bool start(struct shared *shared, struct worker *worker,
		  const struct statetest_options *options)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		perror("gavel-statetest: fork");
		return false;
	}
	if (pid == 0) {
		work(shared, worker, options);
		fflush(stdout);
		_exit(0);
	}
	worker->pid = pid;
	return true;
}

static struct worker *find_worker(struct shared *shared, int jobs, pid_t pid)
{
	for (int i = 0; i < jobs; i++)
		if (shared->workers[i].pid == pid)
			return &shared->workers[i];
	return NULL;
}

/* Waits for all; what dies is a failure, and the rest of the files goes on. */
static bool run_jobs(struct shared *shared, int jobs, const struct statetest_options *options)
{
	int running = jobs;

	for (int i = 0; i < jobs; i++)
		if (!start(shared, &shared->workers[i], options))
			return false;
	while (running > 0) {
		int status;
		struct worker *worker = find_worker(shared, jobs, wait(&status));

		if (!worker)
			return false;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
			running--;
			continue;
		}
		printf("FAILED %s: the process died (%s %d)\n", files[worker->at],
		       WIFSIGNALED(status) ? "signal" : "status",
		       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
		worker->counts.failed++;
		if (!start(shared, worker, options))
			return false;
	}
	return true;
}

static int report(const struct shared *shared)
{
	struct statetest_counts sum = { 0 };

	for (int i = 0; i < MAX_JOBS; i++) {
		sum.passed += shared->workers[i].counts.passed;
		sum.failed += shared->workers[i].counts.failed;
		sum.not_run += shared->workers[i].counts.not_run;
	}
	if (sum.not_run)
		printf("%zu not run: of other forks\n", sum.not_run);
	printf("%zu passed, %zu failed\n", sum.passed, sum.failed);
	return sum.failed ? 1 : 0;
}

static int usage(void)
{
	fputs("usage: gavel-statetest [--fork Cancun|Prague|Osaka] [--jobs N] [--trace] "
	      "DIR|FILE...\n",
	      stderr);
	return 2;
}

/* Returns the first argument that is no option; -1: they are wrong. */
static int parse(struct statetest_options *options, int *jobs, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		if (strcmp(argv[i], "--trace") == 0)
			options->trace = true;
		else if (strcmp(argv[i], "--fork") == 0 && i + 1 < argc)
			options->fork = argv[++i];
		else if (strcmp(argv[i], "--jobs") == 0 && i + 1 < argc)
			*jobs = atoi(argv[++i]);
		else
			return -1;
	}
	return i < argc && *jobs >= 1 && *jobs <= MAX_JOBS ? i : -1;
}

int main(int argc, char **argv)
{
	struct statetest_options options = { 0 };
	struct shared *shared;
	int jobs = 1;
	int first = parse(&options, &jobs, argc, argv);

	if (first < 0)
		return usage();
	for (int i = first; i < argc; i++)
		if (!add_path(argv[i]))
			return 2;
	if (file_count == 0) {
		fputs("gavel-statetest: no JSON files there\n", stderr);
		return 2;
	}
	shared =
	    mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 2;
	setvbuf(stdout, NULL, options.trace ? _IOFBF : _IOLBF, 1 << 16);
	if (jobs == 1)
		work(shared, &shared->workers[0], &options);
	else if (!run_jobs(shared, jobs, &options))
		return 2;
	return report(shared);
}
