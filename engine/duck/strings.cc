// C++, as what DuckDB throws where it has no memory for a string must be caught before it
// meets Go: it cannot pass through, and would end the process.
extern "C" {
#include "glue.h"

// DuckDB's, as duckdb.h declares it.
void duckdb_unsafe_vector_assign_string_element_len(void *vector, uint64_t index, const char *str, uint64_t len);

int yagura_assign_strings(void *vector, uint64_t offset, const char *bytes, const uint64_t *ends, uint64_t n) {
	try {
		uint64_t start = 0;
		for (uint64_t i = 0; i < n; i++) {
			duckdb_unsafe_vector_assign_string_element_len(vector, offset + i, bytes + start, ends[i] - start);
			start = ends[i];
		}
	} catch (...) {
		return 0;
	}
	return 1;
}
}
