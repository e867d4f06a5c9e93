#include "prover/turn.h"

#include <pthread.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

void turn_take(void)
{
	pthread_mutex_lock(&turn);
}

void turn_give(void)
{
	pthread_mutex_unlock(&turn);
}
