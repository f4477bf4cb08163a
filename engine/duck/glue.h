// What package duck needs of DuckDB's C interface and the Go bindings do not wrap:
// aggregate functions, many strings written in one call, statements run to their ends, and
// an end. The prototypes of
// DuckDB's functions stand where they are called; the bindings bring the library they are in.
#ifndef YAGURA_DUCK_GLUE_H
#define YAGURA_DUCK_GLUE_H

#include <stdint.h>

// Writes n strings to a vector, the first to row offset. String i ends at ends[i] in
// bytes and starts where the one before ends. The bytes are valid UTF-8. Returns 0 if there
// is no memory for them. See strings.cc.
int yagura_assign_strings(void *vector, uint64_t offset, const char *bytes, const uint64_t *ends, uint64_t n);

// Registers the aggregate function name with overloads of one BIGINT, which tells what
// it computes, and 0 to max_args arguments of any type. Returns 0 if it worked.
int yagura_register_aggregate(void *connection, const char *name, void *bigint, void *any, void *result, int max_args);

// Makes an aggregate call fail.
void yagura_aggregate_error(void *info, const char *message);

// Runs a pending result's statement to its end. Returns 0 if it failed. Thread and process
// sleep while there is nothing to do but wait for DuckDB's own threads.
int yagura_execute(void *pending);

// Says why and ends the process by an abort, which is a crash as RestartOnCrash sees it.
void yagura_die(const char *why);

// kql_find (see text.c).
void yagura_find(void *info, void *input, void *output);

// The callbacks, which are written in Go.
extern void yaguraScalar(void *info, void *input, void *output);
extern void yaguraBindRows(void *info);
extern void yaguraInitRows(void *info);
extern void yaguraReadRows(void *info, void *output);
extern void yaguraFree(void *data);

#endif
