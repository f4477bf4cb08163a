package serve

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/table"
)

// What becomes of the options that clients send with a request:
// https://learn.microsoft.com/kusto/api/rest/request-properties
//
// Those that say what a query means, or how much of it is wanted, are set as if the text
// did so, and mean the same there or are refused there.
var kustoLanguage = []string{
	"best_effort", "materialized_view_shuffle", "max_memory_consumption_per_query_per_node", "maxmemoryconsumptionperiterator", "maxoutputcolumns", "notruncation",
	"query_bin_auto_at", "query_bin_auto_size", "query_cursor_after_default", "query_cursor_before_or_at_default", "query_cursor_current", "query_cursor_disabled", "query_cursor_scoped_tables",
	"query_datascope", "query_datetimescope_column", "query_datetimescope_from", "query_datetimescope_to", "query_force_row_level_security", "query_language", "query_max_entities_in_union",
	"query_now", "query_python_debug", "query_results_apply_getschema", "query_take_max_records", "request_block_row_level_security", "request_callout_disabled", "request_cross_cluster_token",
	"request_external_data_disabled", "request_external_table_disabled", "request_remote_entities_disabled", "request_sandboxed_execution_disabled", "truncation_max_records", "truncation_max_size", "truncationmaxrecords", "truncationmaxsize",
	"validate_permissions", "validatepermissions",
}

// Those that the protocol honours: in request, in frames, or by who runs commands.
var kustoProtocol = []string{
	"deferpartialqueryfailures", "norequesttimeout", "request_app_name", "request_description", "request_readonly", "request_readonly_hardline", "request_user",
	"results_error_reporting_placement", "results_progressive_enabled", "results_v2_fragment_primary_tables", "results_v2_newlines_between_frames", "servertimeout",
}

// Those that are about what the server does not have, so that each of their values gives
// the same answer: replicas, nodes, shards, a cache of answers, other people's rights.
var kustoHarmless = []string{
	"client_max_redirect_count", "client_results_reader_allow_varying_row_widths", "clientrequestid", "clientversion", "push_selection_through_aggregation", "query_distribution_nodes_span", "query_fanout_nodes_percent", "query_fanout_threads_percent",
	"materialized_view_shuffle_query", "query_log_query_parameters", "query_optimize_fts_at_relop", "query_results_cache_force_refresh", "query_results_cache_max_age", "query_results_cache_per_shard", "query_results_progressive_row_count",
	"query_results_progressive_update_period", "query_weakconsistency_session_id", "queryconsistency", "request_impersonation_disabled",
}

// The longest that a request may take, and how long it may take by default.
const (
	kustoTimeout        = 4 * time.Minute
	kustoCommandTimeout = 10 * time.Minute // of the query in a command
	kustoMaxTimeout     = time.Hour
)

// request turns a Kusto request into the engine's.
func (s *Server) request(q *kustoRequest) (engine.Request, error) {
	e := engine.Request{
		Workspace: q.workspace.Properties.CustomerID, Text: q.CSL, Now: s.now(), Timeout: kustoTimeout, Access: s.access(q.caller),
		Caller: q.caller.ObjectID, ID: q.ID, Activity: q.activity, About: q.about, Name: q.workspace.Name, Set: map[string]string{},
	}
	for name, v := range q.Options {
		if err := optionOf(&e, strings.ToLower(name), v); err != nil {
			return e, badRequest("General_BadRequest", fmt.Sprintf("The request option %s cannot be honoured: %v", name, err))
		}
	}
	if q.flag("norequesttimeout") {
		e.Timeout = kustoMaxTimeout
	}
	if len(q.Parameters) > 0 {
		e.Params = map[string]string{}
		for name, v := range q.Parameters {
			e.Params[name] = kustoParameter(v)
		}
	}
	return e, nil
}

func optionOf(e *engine.Request, name string, v any) error {
	if v == nil || v == false && (name == "validate_permissions" || name == "validatepermissions") {
		return nil
	}
	switch {
	case name == "servertimeout":
		d, err := kustoDuration(fmt.Sprint(v))
		e.Timeout = d
		return err
	case name == "request_app_name":
		e.About.Application = fmt.Sprint(v)
	case name == "request_user":
		e.About.User = fmt.Sprint(v)
	case name == "request_description":
		e.About.Description = fmt.Sprint(v)
	case name == "results_error_reporting_placement":
		if !slices.Contains([]string{"in_data", "end_of_table", "end_of_dataset"}, fmt.Sprint(v)) {
			return fmt.Errorf("%v is none of in_data, end_of_table and end_of_dataset", v)
		}
	case slices.Contains(kustoLanguage, name):
		e.Set[name] = kustoLiteral(name, v)
	case slices.Contains(kustoProtocol, name), slices.Contains(kustoHarmless, name):
	default:
		return fmt.Errorf("there is no such option")
	}
	return nil
}

// kustoNumbers are the options of the language whose value is a number, which clients
// send as text too.
var kustoNumbers = []string{
	"max_memory_consumption_per_query_per_node", "maxmemoryconsumptionperiterator", "maxoutputcolumns", "query_max_entities_in_union", "query_take_max_records", "truncation_max_records", "truncation_max_size", "truncationmaxrecords", "truncationmaxsize",
}

// kustoLiteral writes the value of an option as KQL.
func kustoLiteral(name string, v any) string {
	text, ok := v.(string)
	if !ok {
		return kustoParameter(v)
	}
	lower := strings.ToLower(strings.TrimSpace(text))
	if lower == "true" || lower == "false" {
		return lower
	}
	for _, typed := range []string{"datetime(", "time(", "timespan(", "dynamic(", "long("} {
		if strings.HasPrefix(lower, typed) && strings.HasSuffix(lower, ")") {
			return text
		}
	}
	if _, err := strconv.ParseInt(lower, 10, 64); err == nil && slices.Contains(kustoNumbers, name) {
		return lower
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		panic("serve: a string is not JSON: " + err.Error())
	}
	return string(quoted)
}

// kustoParameter writes the value of a query parameter as KQL: clients send literals
// as text, or values of JSON.
func kustoParameter(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return v.String()
	case nil:
		return "dynamic(null)"
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic("serve: a value that was JSON is not: " + err.Error())
	}
	return "dynamic(" + string(text) + ")"
}

func kustoDuration(text string) (time.Duration, error) {
	d, err := table.ParseDuration(strings.TrimSuffix(strings.TrimPrefix(text, "time("), ")"))
	if err != nil {
		return 0, err
	}
	if d <= 0 {
		return 0, fmt.Errorf("%s is no time in which a query could run", text)
	}
	if d > table.Duration(kustoMaxTimeout/100) {
		return kustoMaxTimeout, nil
	}
	return time.Duration(d) * 100, nil
}
