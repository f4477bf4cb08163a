package fn

import (
	"maps"
	"slices"
)

// refused are functions and operators that Microsoft's parser knows and Yagura does
// not have, with the reason.
var refused = map[string]string{
	"__hll_normalize":             "it is internal to Kusto and not documented",
	"__invoke":                    "it is internal to Kusto and not documented",
	"__ipv6_lookup_ranges":        "it is internal to Kusto and not documented",
	"geo_h3cell_children":         "cells of H3 are not there yet; those of S2 and geohashes are",
	"geo_h3cell_level":            "cells of H3 are not there yet; those of S2 and geohashes are",
	"geo_h3cell_neighbors":        "cells of H3 are not there yet; those of S2 and geohashes are",
	"geo_h3cell_parent":           "cells of H3 are not there yet; those of S2 and geohashes are",
	"geo_h3cell_rings":            "cells of H3 are not there yet; those of S2 and geohashes are",
	"geo_h3cell_to_central_point": "cells of H3 are not there yet; those of S2 and geohashes are",
	"geo_h3cell_to_polygon":       "cells of H3 are not there yet; those of S2 and geohashes are",
	"geo_point_to_h3cell":         "cells of H3 are not there yet; those of S2 and geohashes are",
	"geo_polygon_to_h3cells":      "cells of H3 are not there yet; those of S2 and geohashes are",
	"geo_info_from_ip_address":    "it needs a database of addresses, which Yagura does not ship",
	"hash_combine":                "how Kusto combines hashes is not documented, and another number would be wrong",
	"hash_many":                   "how Kusto combines hashes is not documented, and another number would be wrong",
	"like":                        "it is not documented; matches regex, contains and startswith are",
	"likecs":                      "it is not documented; matches regex, contains_cs and startswith_cs are",
	"notlike":                     "it is not documented; matches regex, !contains and !startswith are",
	"notlikecs":                   "it is not documented; matches regex, !contains_cs and !startswith_cs are",
	"rowstore_ordinal_range":      "it shows Kusto's row store, which Yagura does not have",
}

// Refused says why a function or operator that Kusto has is not there.
func Refused(name string) (reason string, ok bool) { reason, ok = refused[name]; return reason, ok }

// RefusedNames lists what Refused knows, sorted.
func RefusedNames() []string { return slices.Sorted(maps.Keys(refused)) }
