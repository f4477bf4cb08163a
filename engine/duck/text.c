// KQL's operators on strings, as a function that DuckDB calls without Go between:
//
//	kql_find(haystack VARCHAR, needle VARCHAR, mode INTEGER) → TINYINT
//
// The needle is the same in all rows, ASCII, not empty, and in upper case unless the
// mode minds case. The result is 1 if it is found, 0 if not, and 2 if that depends on
// Unicode tables, which Go has: on whether a character beside a match is part of a
// term, or on one of the two characters that are not ASCII but become so in upper case.

#include "glue.h"
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// Modes, as sqlgen writes them.
enum {
	TERM_START = 1, // the match may not begin inside of a term
	TERM_END = 2,   // … nor end inside of one
	CASED = 4,
	AT_START = 8, // the match begins where the string does
	AT_END = 16,  // … and ends where it does
};

// duckdb_string_t: if there are at most 12 bytes they begin at prefix, else ptr has them.
typedef struct {
	uint32_t len;
	char prefix[4];
	const char *ptr;
} string_t;

uint64_t duckdb_data_chunk_get_size(void *chunk);
void *duckdb_data_chunk_get_vector(void *chunk, uint64_t index);
void *duckdb_vector_get_data(void *vector);
uint64_t *duckdb_vector_get_validity(void *vector);

static const unsigned char *bytes_of(const string_t *s) {
	return (const unsigned char *)(s->len <= 12 ? (const char *)s + 4 : s->ptr);
}

typedef struct {
	const unsigned char *s; // in upper case unless CASED
	size_t len;
	int mode;
	int folds;    // it has an I or S, which other characters become in upper case
	size_t p, q;  // the places of its two rarest bytes, p <= q
} needle_t;

static unsigned char upper(unsigned char c) { return c >= 'a' && c <= 'z' ? c - 32 : c; }

static int is_term(unsigned char c) {
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// rarity is high for bytes that logs seldom have.
static int rarity(unsigned char c) {
	static const char common[] = " eEtTaAoOiInNsSrRhHlLdDcCuUmM0123456789fFpPgGwW-_./:=yYbBvVkKxXjJqQzZ";
	const char *at = c ? strchr(common, c) : 0;
	return at ? (int)(at - common) : 100;
}

static void prepare(needle_t *n, const string_t *s, int mode) {
	n->s = bytes_of(s);
	n->len = s->len;
	n->mode = mode;
	n->folds = !(mode & CASED) && (memchr(n->s, 'I', n->len) || memchr(n->s, 'S', n->len));
	size_t a = 0, b = n->len - 1;
	for (size_t i = 0; i < n->len; i++)
		if (rarity(n->s[i]) > rarity(n->s[a]))
			a = i;
	if (b == a)
		b = 0;
	for (size_t i = 0; i < n->len; i++)
		if (i != a && rarity(n->s[i]) > rarity(n->s[b]))
			b = i;
	n->p = a < b ? a : b;
	n->q = a < b ? b : a;
}

static int equal(const needle_t *n, const unsigned char *h) {
	if (n->mode & CASED)
		return memcmp(n->s, h, n->len) == 0;
	for (size_t i = 0; i < n->len; i++)
		if (upper(h[i]) != n->s[i])
			return 0;
	return 1;
}

// cuts tells whether there is a term on both sides of position i: 0, 1, or 2 if a
// character there is not ASCII.
static int cuts(const unsigned char *h, size_t len, size_t i) {
	if (i == 0 || i == len)
		return 0;
	unsigned char before = h[i - 1], after = h[i];
	if (before < 0x80 && after < 0x80)
		return is_term(before) && is_term(after);
	if ((before < 0x80 && !is_term(before)) || (after < 0x80 && !is_term(after)))
		return 0;
	return 2;
}

// judge tells whether a match at i counts: 0, 1 or 2.
static int judge(const needle_t *n, const unsigned char *h, size_t len, size_t i) {
	int start = n->mode & TERM_START ? cuts(h, len, i) : 0;
	int end = n->mode & TERM_END ? cuts(h, len, i + n->len) : 0;
	if (start == 1 || end == 1)
		return 0;
	return start == 2 || end == 2 ? 2 : 1;
}

// search looks at all positions of h.
static int search(const needle_t *n, const unsigned char *h, size_t len) {
	size_t last = len - n->len; // the last position
	int found = 0;
	size_t i = 0;
#if defined(__SSE2__)
	unsigned char cp = n->s[n->p], cq = n->s[n->q];
	unsigned char lp = cp, lq = cq; // in the other case
	if (!(n->mode & CASED)) {
		lp = cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
		lq = cq >= 'A' && cq <= 'Z' ? cq + 32 : cq;
	}
	const __m128i up = _mm_set1_epi8((char)cp), uq = _mm_set1_epi8((char)cq);
	const __m128i dp = _mm_set1_epi8((char)lp), dq = _mm_set1_epi8((char)lq);
	for (; i + n->q + 16 <= len && i <= last; i += 16) {
		__m128i a = _mm_loadu_si128((const __m128i *)(h + i + n->p));
		__m128i b = _mm_loadu_si128((const __m128i *)(h + i + n->q));
		__m128i ma = _mm_or_si128(_mm_cmpeq_epi8(a, up), _mm_cmpeq_epi8(a, dp));
		__m128i mb = _mm_or_si128(_mm_cmpeq_epi8(b, uq), _mm_cmpeq_epi8(b, dq));
		unsigned mask = (unsigned)_mm_movemask_epi8(_mm_and_si128(ma, mb));
		for (; mask; mask &= mask - 1) {
			size_t at = i + (size_t)__builtin_ctz(mask);
			if (at > last || !equal(n, h + at))
				continue;
			int j = judge(n, h, len, at);
			if (j == 1)
				return 1;
			found |= j;
		}
	}
#endif
	for (; i <= last; i++) {
		if (!equal(n, h + i))
			continue;
		int j = judge(n, h, len, i);
		if (j == 1)
			return 1;
		found |= j;
	}
	return found;
}

// becomes_ascii reports whether h has one of the two characters, ı and ſ, that become
// I and S in upper case.
static int becomes_ascii(const unsigned char *h, size_t len) {
	for (const unsigned char *at = h, *end = h + len; (at = memchr(at, 0xC4, (size_t)(end - at))); at++)
		if (at + 1 < end && at[1] == 0xB1)
			return 1;
	for (const unsigned char *at = h, *end = h + len; (at = memchr(at, 0xC5, (size_t)(end - at))); at++)
		if (at + 1 < end && at[1] == 0xBF)
			return 1;
	return 0;
}

static int find(const needle_t *n, const unsigned char *h, size_t len) {
	int found = 0;
	if (len >= n->len) {
		if (n->mode & AT_START)
			found = equal(n, h);
		else if (n->mode & AT_END)
			found = equal(n, h + len - n->len);
		else
			found = search(n, h, len);
	}
	if (found != 1 && n->folds && becomes_ascii(h, len))
		return 2;
	return found;
}

void yagura_find(void *info, void *input, void *output) {
	(void)info;
	uint64_t rows = duckdb_data_chunk_get_size(input);
	if (rows == 0)
		return;
	void *haystacks = duckdb_data_chunk_get_vector(input, 0);
	const string_t *h = duckdb_vector_get_data(haystacks);
	// No row is NULL, but a dictionary of Parquet's, which DuckDB may hand over instead of
	// the rows, has a place for NULL: what is there is no string.
	const uint64_t *valid = duckdb_vector_get_validity(haystacks);
	const string_t *s = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 1));
	const int32_t *mode = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 2));
	int8_t *out = duckdb_vector_get_data(output);
	needle_t n;
	prepare(&n, s, mode[0]);
	for (uint64_t i = 0; i < rows; i++)
		out[i] = valid && !(valid[i / 64] >> (i % 64) & 1) ? 0 : (int8_t)find(&n, bytes_of(&h[i]), h[i].len);
}
