package fn

import (
	"maps"
	"slices"
)

// Reasons that several share.
const (
	internal     = "it is internal to Kusto and not documented"
	undocumented = "Kusto's parser knows it, but its meaning is not documented"
	noCombining  = "how Kusto combines hashes is not documented, and another number would be wrong"
	ofRequest    = "it is an option of the request, not of a query's text"
)

// refused is what Microsoft's parser knows and Yagura does not have, with the reason:
// functions, operators and clauses by their names, options as "set name". Plugins say
// so themselves.
var refused = map[string]string{
	"__contextual_datatable":              internal,
	"__geo_length_to_s2cell_level":        internal,
	"__geo_line_s2cell_covering_level":    internal,
	"__geo_line_validate":                 internal,
	"__geo_polygon_s2cell_covering_level": internal,
	"__geo_polygon_validate":              internal,
	"__hll_normalize":                     internal,
	"__invoke":                            internal,
	"__ipv6_lookup_ranges":                internal,
	"materialized-view-combine":           internal,
	"rowstore_ordinal_range":              "it shows Kusto's row store, which Yagura does not have",

	"hll_isvalid":              undocumented,
	"tdigest_isvalid":          undocumented,
	"join … where":             undocumented,
	"partition … in":           undocumented,
	"scan kind=…":              undocumented,
	"row_rank":                 "it is obsolete and not documented; row_rank_dense and row_rank_min are",
	"like":                     "it is not documented; matches regex, contains and startswith are",
	"likecs":                   "it is not documented; matches regex, contains_cs and startswith_cs are",
	"notlike":                  "it is not documented; matches regex, !contains and !startswith are",
	"notlikecs":                "it is not documented; matches regex, !contains_cs and !startswith_cs are",
	"set validate_permissions": "the columns of its answer are not documented",

	"restrict access to database(…)": "access to other workspaces is for their owners to give, not for a query",

	"hash_combine": noCombining,
	"hash_many":    noCombining,

	"set norequesttimeout":            ofRequest,
	"set servertimeout":               ofRequest,
	"set query_python_debug":          "it needs a sandbox that runs Python",
	"set request_cross_cluster_token": "there is no other cluster to vouch for a query",
}

// Refused says why a part of the language that Kusto has is not there.
func Refused(name string) (reason string, ok bool) { reason, ok = refused[name]; return reason, ok }

// RefusedNames lists what Refused knows, sorted.
func RefusedNames() []string { return slices.Sorted(maps.Keys(refused)) }
