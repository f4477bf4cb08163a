//go:build linux && faults

package duck

/*
#include <pthread.h>
#include <stdlib.h>

static void *fault(void *at) {
	*(volatile int *)at = 1;
	return NULL;
}

static void fault_on_thread(void) {
	pthread_t t;
	if (pthread_create(&t, NULL, fault, NULL) == 0)
		pthread_join(t, NULL);
}

static void fault_here(void) { fault(NULL); }
*/
import "C"

// The faults that a crash of DuckDB may be, for tests: in a call from Go, on a thread of
// its own, and an abort.

func FaultInCall()   { C.fault_here() }
func FaultOnThread() { C.fault_on_thread() }
func Abort()         { C.abort() }
