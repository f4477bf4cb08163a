package fn

// refused are functions that Microsoft's parser knows and Yagura does not have, with
// the reason.
var refused = map[string]string{
	"__hll_normalize":        "it is internal to Kusto and not documented",
	"__invoke":               "it is internal to Kusto and not documented",
	"__ipv6_lookup_ranges":   "it is internal to Kusto and not documented",
	"rowstore_ordinal_range": "it shows Kusto's row store, which Yagura does not have",
}

// Refused says why a function that Kusto has is not there.
func Refused(name string) (reason string, ok bool) { reason, ok = refused[name]; return reason, ok }
