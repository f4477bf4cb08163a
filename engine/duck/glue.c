#define _GNU_SOURCE
#include "glue.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef void (*init_t)(void *info, void *state);
typedef void (*update_t)(void *info, void *input, void **states);
typedef void (*combine_t)(void *info, void **source, void **target, uint64_t count);
typedef void (*finalize_t)(void *info, void **source, void *result, uint64_t count, uint64_t offset);
typedef void (*destroy_t)(void **states, uint64_t count);

// DuckDB's, as duckdb.h declares them; all handles are pointers.
void *duckdb_create_aggregate_function(void);
void duckdb_destroy_aggregate_function(void **function);
void duckdb_aggregate_function_set_name(void *function, const char *name);
void duckdb_aggregate_function_add_parameter(void *function, void *type);
void duckdb_aggregate_function_set_return_type(void *function, void *type);
void duckdb_aggregate_function_set_functions(void *function, uint64_t (*size)(void *info), init_t init, update_t update, combine_t combine, finalize_t finalize);
void duckdb_aggregate_function_set_destructor(void *function, destroy_t destroy);
void duckdb_aggregate_function_set_special_handling(void *function);
void duckdb_aggregate_function_set_error(void *info, const char *error);
void *duckdb_create_aggregate_function_set(const char *name);
void duckdb_destroy_aggregate_function_set(void **set);
int duckdb_add_aggregate_function_to_set(void *set, void *function);
int duckdb_register_aggregate_function_set(void *connection, void *set);
int duckdb_pending_execute_task(void *pending);
bool duckdb_pending_execution_is_finished(int state);

// Written in Go.
extern void yaguraUpdate(void *info, void *input, void *states);
extern void yaguraCombine(void *info, void *source, void *target, uint64_t count);
extern void yaguraFinalize(void *info, void *source, void *result, uint64_t count, uint64_t offset);
extern void yaguraDestroy(void *states, uint64_t count);

enum { pending_error = 2, pending_no_tasks = 3 }; // duckdb_pending_state
static const struct timespec idle = {.tv_nsec = 50000};

// Here and not in Go: of many short calls of C each takes Go's monitor thread out of its
// sleep, every 20 microseconds.
int yagura_execute(void *pending) {
	for (;;) {
		int state = duckdb_pending_execute_task(pending);
		if (state == pending_error) return 0;
		if (state == pending_no_tasks)
			nanosleep(&idle, NULL);
		else if (duckdb_pending_execution_is_finished(state))
			return 1;
	}
}

// A state is the number of an accumulator in Go; 0 is none yet.
static uint64_t state_size(void *info) {
	(void)info;
	return sizeof(uint64_t);
}

static void state_init(void *info, void *state) {
	(void)info;
	*(uint64_t *)state = 0;
}

static void update(void *info, void *input, void **states) { yaguraUpdate(info, input, states); }
static void combine(void *info, void **source, void **target, uint64_t count) { yaguraCombine(info, source, target, count); }
static void finalize(void *info, void **source, void *result, uint64_t count, uint64_t offset) {
	yaguraFinalize(info, source, result, count, offset);
}
static void destroy(void **states, uint64_t count) { yaguraDestroy(states, count); }

int yagura_register_aggregate(void *connection, const char *name, void *bigint, void *any, void *result, int max_args) {
	void *set = duckdb_create_aggregate_function_set(name);
	int failed = 0;
	for (int n = 0; n <= max_args && !failed; n++) {
		void *f = duckdb_create_aggregate_function();
		duckdb_aggregate_function_set_name(f, name);
		duckdb_aggregate_function_add_parameter(f, bigint);
		for (int i = 0; i < n; i++)
			duckdb_aggregate_function_add_parameter(f, any);
		duckdb_aggregate_function_set_return_type(f, result);
		duckdb_aggregate_function_set_functions(f, state_size, state_init, update, combine, finalize);
		duckdb_aggregate_function_set_destructor(f, destroy);
		duckdb_aggregate_function_set_special_handling(f);
		failed = duckdb_add_aggregate_function_to_set(set, f);
		duckdb_destroy_aggregate_function(&f);
	}
	if (!failed)
		failed = duckdb_register_aggregate_function_set(connection, set);
	duckdb_destroy_aggregate_function_set(&set);
	return failed;
}

void yagura_aggregate_error(void *info, const char *message) { duckdb_aggregate_function_set_error(info, message); }

void yagura_die(const char *why) {
	fprintf(stderr, "%s\n", why);
	abort();
}
