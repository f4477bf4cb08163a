package control

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Alert rules and whom they tell. They are kept and checked; nothing evaluates them
// yet, which they say.
var alertTypes = []*Type{
	{Name: "Microsoft.Insights/actionGroups", in: inGroup, decide: decideActionGroup},
	{Name: "Microsoft.Insights/scheduledQueryRules", in: inGroup, decide: decideQueryRule},
	{Name: "Microsoft.Insights/metricAlerts", in: inGroup, decide: decideMetricAlert},
}

const notEvaluated = "The rule is kept but not evaluated yet: it never fires."

// receivers are the lists of an action group's receivers, and how many there may be.
var receivers = map[string]int{
	"armRoleReceivers": 10, "automationRunbookReceivers": 10, "azureAppPushReceivers": 10, "azureFunctionReceivers": 10, "emailReceivers": 1000, "eventHubReceivers": 10,
	"incidentReceivers": 10, "itsmReceivers": 10, "logicAppReceivers": 10, "smsReceivers": 10, "voiceReceivers": 10, "webhookReceivers": 10,
}

func decideActionGroup(_ *Store, r, old *Resource) error {
	switch short := r.Text("groupShortName"); {
	case short == "" || len([]rune(short)) > 12:
		return invalid("InvalidParameter", "groupShortName '%s' must have from 1 to 12 characters.", short)
	case len(r.Name) > 260:
		return invalid("InvalidResourceName", "The action group's name has more than 260 characters.")
	}
	names := map[string]bool{}
	for kind, most := range receivers {
		r.initially(kind, []any{})
		all := r.list(kind)
		if len(all) > most {
			return invalid("InvalidParameter", "An action group may have %d %s; this one has %d.", most, kind, len(all))
		}
		for _, one := range all {
			name, _ := one["name"].(string)
			if names[strings.ToLower(name)] {
				return invalid("InvalidParameter", "Receivers of an action group need names of their own: '%s' is there twice.", name)
			}
			names[strings.ToLower(name)] = true
			if kind == "emailReceivers" || kind == "smsReceivers" {
				one["status"] = "Enabled"
			}
		}
	}
	r.limited("The group is kept but nobody is notified yet.")
	return tracked(r, old)
}

// The windows and frequencies that Azure allows in a log alert rule.
var (
	queryFrequencies = []string{"PT1M", "PT5M", "PT10M", "PT15M", "PT30M", "PT45M", "PT1H", "PT2H", "PT3H", "PT4H", "PT5H", "PT6H", "P1D"}
	queryWindows     = append([]string{"P2D"}, queryFrequencies...)
	metricPeriods    = []string{"PT1M", "PT5M", "PT15M", "PT30M", "PT1H"}
	metricWindows    = append([]string{"PT6H", "PT12H", "P1D"}, metricPeriods...)
)

func decideQueryRule(s *Store, r, old *Resource) error {
	switch on := r.Properties["enabled"].(type) {
	case nil, bool:
	case string: // as the first api-version has it
		if on != "true" && on != "false" {
			return invalid("BadRequest", "enabled is '%s': it must be true or false.", on)
		}
	default:
		return invalid("BadRequest", "enabled must be true or false.")
	}
	if r.Properties["source"] != nil {
		return decideSearchRule(s, r, old)
	}
	kind := r.Kind
	if kind == "" {
		kind, r.Kind = "LogAlert", "LogAlert"
	}
	if !slices.Contains([]string{"LogAlert", "SimpleLogAlert", "LogToMetric"}, kind) {
		return invalid("BadRequest", "The kind '%s' is not one of LogAlert, SimpleLogAlert, LogToMetric.", kind)
	}
	if len(r.texts("scopes")) == 0 {
		return invalid("BadRequest", "The rule has no scopes.")
	}
	conditions := r.list("criteria.allOf")
	if len(conditions) == 0 {
		return invalid("BadRequest", "The rule has no criteria.")
	}
	for i, c := range conditions {
		if err := checkCondition(kind, i, c); err != nil {
			return err
		}
	}
	if kind == "LogAlert" {
		if err := checkTimes(r, queryFrequencies, queryWindows); err != nil {
			return err
		}
		r.initially("autoMitigate", true)
	}
	if err := checkSeverity(r, kind == "LogAlert"); err != nil {
		return err
	}
	r.initially("enabled", true)
	r.Properties["createdWithApiVersion"] = "2021-08-01"
	r.Properties["isLegacyLogAnalyticsRule"] = false
	r.limited(notEvaluated)
	return tracked(r, old)
}

// The actions of rules of the first api-version, 2018-04-16, by the ends of their names.
const (
	alertingAction = ".AlertingAction"
	metricAction   = ".LogToMetricAction"
)

// decideSearchRule keeps a rule as the first api-version has it: a source, a schedule
// and an action.
func decideSearchRule(s *Store, r, old *Resource) error {
	for _, p := range []string{"criteria", "evaluationFrequency", "windowSize", "scopes"} {
		if r.Properties[p] != nil {
			return invalid("BadRequest", "A rule has either source, schedule and action, or %s.", p)
		}
	}
	if err := s.refers(r.Text("source.dataSourceId"), typeWorkspace); err != nil {
		return err
	}
	action, _ := r.Properties["action"].(map[string]any)
	kind, _ := action["odata.type"].(string)
	switch {
	case strings.HasSuffix(kind, metricAction) && len(r.list("action.criteria")) == 0:
		return invalid("BadRequest", "action.criteria is missing.")
	case strings.HasSuffix(kind, metricAction):
	case !strings.HasSuffix(kind, alertingAction):
		return invalid("BadRequest", "action.odata.type '%s' is neither an AlertingAction nor a LogToMetricAction.", kind)
	case action["trigger"] == nil:
		return invalid("BadRequest", "action.trigger is missing.")
	case r.Text("source.query") == "":
		return invalid("BadRequest", "source.query is missing.")
	default:
		if err := checkSchedule(r); err != nil {
			return err
		}
	}
	r.initially("enabled", "true")
	r.Properties["lastUpdatedTime"], r.Properties["provisioningState"] = stampText(s.o.Now()), succeeded
	r.limited(notEvaluated)
	return tracked(r, old)
}

// checkSchedule refuses times that the first api-version does not have.
func checkSchedule(r *Resource) error {
	frequency, _ := r.value("schedule.frequencyInMinutes").(float64)
	window, _ := r.value("schedule.timeWindowInMinutes").(float64)
	if frequency < 5 || frequency > 1440 || window < frequency || window > 2880 {
		return invalid("BadRequest", "schedule: frequencyInMinutes is from 5 to 1440, and timeWindowInMinutes from that to 2880.")
	}
	if severity := r.Text("action.severity"); !slices.Contains([]string{"0", "1", "2", "3", "4"}, severity) {
		return invalid("BadRequest", "action.severity is '%s': it must be from 0 to 4.", severity)
	}
	return nil
}

func checkCondition(kind string, i int, c map[string]any) error {
	at := func(name string) string { return fmt.Sprintf("criteria.allOf[%d].%s", i, name) }
	text := func(name string) string { s, _ := c[name].(string); return s }
	if text("query") == "" {
		return invalid("BadRequest", "%s is missing.", at("query"))
	}
	if kind != "LogAlert" {
		return nil
	}
	aggregation, measure := text("timeAggregation"), text("metricMeasureColumn")
	switch {
	case aggregation == "":
		return invalid("BadRequest", "%s is missing.", at("timeAggregation"))
	case aggregation != "Count" && measure == "":
		return invalid("BadRequest", "%s is missing: '%s' needs a column to aggregate.", at("metricMeasureColumn"), aggregation)
	case text("operator") == "":
		return invalid("BadRequest", "%s is missing.", at("operator"))
	}
	if text("criterionType") == "DynamicThresholdCriterion" {
		if text("alertSensitivity") == "" {
			return invalid("BadRequest", "%s is missing.", at("alertSensitivity"))
		}
	} else if _, ok := c["threshold"].(float64); !ok {
		return invalid("BadRequest", "%s is missing.", at("threshold"))
	}
	f, _ := c["failingPeriods"].(map[string]any)
	if f == nil {
		c["failingPeriods"] = map[string]any{"numberOfEvaluationPeriods": 1.0, "minFailingPeriodsToAlert": 1.0}
		return nil
	}
	periods, _ := f["numberOfEvaluationPeriods"].(float64)
	failing, _ := f["minFailingPeriodsToAlert"].(float64)
	if periods < 1 || periods > 6 || failing < 1 || failing > periods {
		return invalid("BadRequest", "%s: numberOfEvaluationPeriods is from 1 to 6, and minFailingPeriodsToAlert from 1 to that.", at("failingPeriods"))
	}
	return nil
}

func checkTimes(r *Resource, frequencies, windows []string) error {
	for _, p := range []struct {
		name string
		may  []string
	}{{"evaluationFrequency", frequencies}, {"windowSize", windows}} {
		text := r.Text(p.name)
		d, ok := isoDuration(text)
		if !ok || !slices.ContainsFunc(p.may, func(m string) bool { e, _ := isoDuration(m); return e == d }) {
			return invalid("BadRequest", "%s is '%s': it must be one of %s.", p.name, text, strings.Join(p.may, ", "))
		}
	}
	return nil
}

// isoDuration reads the durations of ISO 8601 that have days and less.
func isoDuration(s string) (time.Duration, bool) {
	rest, ok := strings.CutPrefix(s, "P")
	if !ok || rest == "" {
		return 0, false
	}
	days, clock, _ := strings.Cut(rest, "T")
	var d time.Duration
	if days != "" {
		var n int
		if _, err := fmt.Sscanf(days, "%dD", &n); err != nil || fmt.Sprintf("%dD", n) != days || n > 3650 {
			return 0, false
		}
		d = time.Duration(n) * 24 * time.Hour
	}
	if clock != "" {
		t, err := time.ParseDuration(strings.ToLower(clock))
		if err != nil || t < 0 {
			return 0, false
		}
		d += t
	}
	return d, true
}

func checkSeverity(r *Resource, required bool) error {
	v, ok := r.Properties["severity"].(float64)
	if !ok && !required {
		return nil
	}
	if !ok || v < 0 || v > 4 {
		return invalid("BadRequest", "severity must be an integer from 0 to 4.")
	}
	return nil
}

func decideMetricAlert(_ *Store, r, old *Resource) error {
	criteria, _ := r.Properties["criteria"].(map[string]any)
	kind, _ := criteria["odata.type"].(string)
	switch {
	case kind == "":
		return invalid("BadRequest", "criteria.odata.type is missing.")
	case len(r.texts("scopes")) == 0:
		return invalid("BadRequest", "The rule has no scopes.")
	case strings.HasSuffix(kind, "MetricCriteria") && len(r.list("criteria.allOf")) == 0:
		return invalid("BadRequest", "criteria.allOf is empty.")
	case strings.HasSuffix(kind, "WebtestLocationAvailabilityCriteria") && (r.Text("criteria.webTestId") == "" || r.Text("criteria.componentId") == ""):
		return invalid("BadRequest", "criteria needs webTestId, componentId and failedLocationCount.")
	}
	for i, c := range r.list("criteria.allOf") {
		if name, _ := c["metricName"].(string); name == "" && strings.HasSuffix(kind, "MetricCriteria") {
			return invalid("BadRequest", "criteria.allOf[%d].metricName is missing.", i)
		}
		if c["criterionType"] == nil {
			c["criterionType"] = "StaticThresholdCriterion"
		}
	}
	if !strings.HasSuffix(kind, "PromQLCriteria") {
		if err := checkTimes(r, metricPeriods, metricWindows); err != nil {
			return err
		}
	}
	if err := checkSeverity(r, true); err != nil {
		return err
	}
	r.initially("autoMitigate", true)
	r.limited(notEvaluated)
	return tracked(r, old)
}
