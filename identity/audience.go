package identity

import (
	"slices"
	"strings"
)

// Audience is an API that tokens are for. An API has several names: clients of
// different age ask for tokens with different ones, and each is accepted.
type Audience string

// The APIs, by the names that their documentation gives now.
const (
	Monitor      Audience = "https://monitor.azure.com"   // Logs Ingestion, Application Insights
	LogAnalytics Audience = "https://api.loganalytics.io" // queries
	AppInsights  Audience = "https://api.applicationinsights.io"
	Management   Audience = "https://management.azure.com" // ARM
	Metrics      Audience = "https://metrics.monitor.azure.com"
	MetricsIn    Audience = "https://monitoring.azure.com"
	Prometheus   Audience = "https://prometheus.monitor.azure.com"
	Graph        Audience = "https://graph.microsoft.com"
	Kusto        Audience = "https://help.kusto.windows.net" // stands for every cluster
)

// Page is what the page's own tokens are for: the APIs that it calls. No client can ask
// for one.
const Page Audience = "urn:yagura:page"

var pageAPIs = []Audience{LogAnalytics, Management, Graph}

// aliases are the other names of the APIs: former hosts, sovereign clouds' hosts, and
// the ids of the applications that the APIs are in Entra ID.
var aliases = map[string]Audience{
	"https://monitor.azure.us":                  Monitor,
	"https://monitor.azure.cn":                  Monitor,
	"https://api.loganalytics.azure.com":        LogAnalytics,
	"https://api.loganalytics.us":               LogAnalytics,
	"https://api.loganalytics.azure.cn":         LogAnalytics,
	"ca7f3f0b-7d91-482c-8e09-c5d840d0eac5":      LogAnalytics,
	"https://api.applicationinsights.azure.com": AppInsights,
	"https://api.applicationinsights.us":        AppInsights,
	"https://management.core.windows.net":       Management,
	"https://management.usgovcloudapi.net":      Management,
	"https://management.chinacloudapi.cn":       Management,
	"797f4846-ba00-4fd7-ba43-dac1f8f63013":      Management,
	"https://kusto.kusto.windows.net":           Kusto,
	"https://api.kusto.windows.net":             Kusto,
	"00000003-0000-0000-c000-000000000000":      Graph,
}

func init() {
	for _, a := range []Audience{Monitor, LogAnalytics, AppInsights, Management, Metrics, MetricsIn, Prometheus, Graph, Kusto} {
		aliases[string(a)] = a
	}
}

// isFor reports whether a token for a resource is for one of the accepted APIs.
func isFor(resource string, accepted []Audience) bool {
	if resource == string(Page) {
		return slices.ContainsFunc(accepted, func(a Audience) bool { return slices.Contains(pageAPIs, a) })
	}
	a, ok := audienceOf(resource)
	return ok && slices.Contains(accepted, a)
}

// audienceOf finds the API that a resource identifier names, as a client writes it
// before "/.default" or a token in aud: with or without a slash at its end.
func audienceOf(resource string) (Audience, bool) {
	r := strings.ToLower(strings.TrimRight(resource, "/"))
	if a, ok := aliases[r]; ok {
		return a, true
	}
	if strings.HasPrefix(r, "https://") && strings.HasSuffix(r, ".kusto.windows.net") {
		return Kusto, true
	}
	return "", false
}
