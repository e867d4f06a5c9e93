/* service: the life of a program that follows a chain until a signal ends it. */
#ifndef GAVEL_NET_SERVICE_H
#define GAVEL_NET_SERVICE_H

#include "net/service_options.h"
#include "rollup/native/config_file.h"
#include "store/database.h"

struct service {
	const char *name; /* for the log: "sequencer" */
	const struct service_options *options;
	struct rollup_config *config; /* is read before anything is opened */
	void *context;                /* of what follows */
	/* False: `error` says why; stop() is called in any case. */
	bool (*open)(void *context, char error[DATABASE_ERROR_SIZE]);
	/* May wait for L1 as long as it likes: a signal ends the program meanwhile. */
	bool (*start)(void *context, uint16_t *rpc_port, char error[DATABASE_ERROR_SIZE]);
	/* Ends all that was opened and started, and says the exit status. */
	int (*stop)(void *context);
};

/* Reads rollup.json, makes the data directory, opens, starts, says where JSON-RPC
 * is, and stops at SIGINT or SIGTERM, which every thread made meanwhile has
 * blocked.  Returns the exit status: EX_CONFIG when it could not be opened,
 * EX_UNAVAILABLE when it could not be started, else that of stop().  When a
 * signal comes before start() is through, the process ends with status 0 and
 * without stop(): what is in the databases stands whenever it ends. */
int service_run(const struct service *service);

#endif
