package receive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/yagura/yagura/table"
)

// envelope is an item as Application Insights' SDKs send it.
type envelope struct {
	Time       string            `json:"time"`
	IKey       string            `json:"iKey"`
	SampleRate *float64          `json:"sampleRate"` // percent of what there was
	Tags       map[string]string `json:"tags"`
	Data       struct {
		BaseType string `json:"baseType"`
		BaseData fields `json:"baseData"`
	} `json:"data"`
}

func readEnvelope(text []byte) (*envelope, error) {
	e := &envelope{}
	if !utf8.Valid(text) {
		return nil, badItemf("Invalid JSON: it is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(e); err != nil {
		return nil, badItemf("Invalid JSON: %s", err)
	}
	if d.More() {
		return nil, badItemf("Invalid JSON: more text follows the item")
	}
	return e, nil
}

// What telemetry may be late and early.
const (
	oldestItem = 48 * time.Hour
	newestItem = 2 * time.Hour
)

// The longest texts, in characters; what is longer is cut, as in Azure.
const (
	maxPropertyName  = 150
	maxPropertyValue = 8192
	maxMessage       = 32768
	maxURL           = 2048
	maxName          = 1024
	maxID            = 512
)

// kinds are the base types, each with the table that its rows go to and the columns of
// its own that it fills.
var kinds = map[string]struct {
	table string
	fill  func(row map[string]any, f fields) error
}{
	"MessageData":          {"AppTraces", fillTrace},
	"ExceptionData":        {"AppExceptions", fillException},
	"EventData":            {"AppEvents", fillEvent},
	"RequestData":          {"AppRequests", fillRequest},
	"RemoteDependencyData": {"AppDependencies", fillDependency},
	"MetricData":           {"AppMetrics", fillMetric},
	"PageViewData":         {"AppPageViews", fillPageView},
	"PageViewPerfData":     {"AppBrowserTimings", fillBrowserTiming},
	"AvailabilityData":     {"AppAvailabilityResults", fillAvailability},
}

// tagColumns are the columns that tags fill.
var tagColumns = map[string]string{
	"ai.operation.name":            "OperationName",
	"ai.operation.id":              "OperationId",
	"ai.operation.parentId":        "ParentId",
	"ai.operation.syntheticSource": "SyntheticSource",
	"ai.session.id":                "SessionId",
	"ai.user.id":                   "UserId",
	"ai.user.authUserId":           "UserAuthenticatedId",
	"ai.user.accountId":            "UserAccountId",
	"ai.application.ver":           "AppVersion",
	"ai.cloud.role":                "AppRoleName",
	"ai.cloud.roleInstance":        "AppRoleInstance",
	"ai.device.type":               "ClientType",
	"ai.device.model":              "ClientModel",
	"ai.device.osVersion":          "ClientOS",
	"ai.location.city":             "ClientCity",
	"ai.location.province":         "ClientStateOrProvince",
	"ai.location.country":          "ClientCountryOrRegion",
	"ai.internal.sdkVersion":       "SDKVersion",
}

// row makes a row of the envelope, and names its table. The address that it came from is
// kept only if the component says so: 0.0.0.0 stands in its place.
func (e *envelope) row(now time.Time, keepAddress bool, q *http.Request) (name string, row map[string]any, err error) {
	kind, ok := kinds[e.Data.BaseType]
	if !ok {
		return "", nil, badItemf("Field 'baseType' on type 'Data' has a value that is not known: '%.100s'", e.Data.BaseType)
	}
	at, err := table.ParseTime(e.Time)
	if err != nil {
		return "", nil, badItemf("Field 'time' on type 'Envelope' is not a valid time: '%.100s'", e.Time)
	}
	switch age := now.Sub(at.Go()); {
	case age > oldestItem:
		return "", nil, badItemf("Field 'time' on type 'Envelope' is older than the allowed min date. Expected: now - %dms, Actual: now - %dms", oldestItem.Milliseconds(), age.Milliseconds())
	case age < -newestItem:
		return "", nil, badItemf("Field 'time' on type 'Envelope' is newer than the allowed max date. Expected: now + %dms, Actual: now + %dms", newestItem.Milliseconds(), -age.Milliseconds())
	}
	f := e.Data.BaseData
	row = map[string]any{
		table.TimeGenerated: at.String(), "IKey": strings.ToLower(e.IKey), "ItemCount": e.count(),
		"ClientIP": "0.0.0.0", "SourceSystem": "Azure",
	}
	if p := f.properties(); len(p) > 0 {
		row["Properties"] = p
	}
	if m := f.measurements(); len(m) > 0 {
		row["Measurements"] = m
	}
	for tag, column := range tagColumns {
		if v := e.Tags[tag]; v != "" {
			row[column] = cut(v, maxName)
		}
	}
	if row["ClientOS"] == nil && e.Tags["ai.device.os"] != "" {
		row["ClientOS"] = cut(e.Tags["ai.device.os"], maxName)
	}
	if row["ClientType"] == nil {
		row["ClientType"] = "PC"
	}
	if keepAddress {
		row["ClientIP"] = e.address(q)
	}
	if err := kind.fill(row, f); err != nil {
		return "", nil, err
	}
	return kind.table, row, nil
}

// count is how many items this one stands for.
func (e *envelope) count() int64 {
	if e.SampleRate == nil || *e.SampleRate <= 0 || *e.SampleRate >= 100 {
		return 1
	}
	return int64(min(math.Round(100 / *e.SampleRate), math.MaxInt32))
}

// address is what the item says of its client, else where the request came from.
func (e *envelope) address(q *http.Request) string {
	if ip := net.ParseIP(e.Tags["ai.location.ip"]); ip != nil {
		return ip.String()
	}
	if q == nil {
		return "0.0.0.0"
	}
	host, _, err := net.SplitHostPort(q.RemoteAddr)
	if err != nil {
		return "0.0.0.0"
	}
	return host
}

// fields are an item's data: SDKs differ in which of the values are texts.
type fields map[string]any

// text returns a value as text, cut to so many characters.
func (f fields) text(name string, longest int) string {
	switch v := f[name].(type) {
	case nil:
		return ""
	case string:
		return cut(v, longest)
	default:
		return cut(textOf(v), longest)
	}
}

// textOf writes a value that is no text as JSON.
func textOf(v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("receive: what was JSON is not: %v", err))
	}
	return string(out)
}

// need is text of a field that must be there.
func (f fields) need(kind, name string, longest int) (string, error) {
	v := f.text(name, longest)
	if v == "" {
		return "", badItemf("Field '%s' on type '%s' is required but missing or empty. Expected: string, Actual: undefined", name, kind)
	}
	return v, nil
}

// number returns a number, also one in a text, and whether there is one.
func (f fields) number(name string) (float64, bool) {
	var text string
	switch v := f[name].(type) {
	case json.Number:
		text = v.String()
	case string:
		text = v
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
}

// duration returns "[d.]hh:mm:ss[.fffffff]" in milliseconds.
func (f fields) duration(name string) (ms float64, ok bool, err error) {
	text := f.text(name, maxName)
	if text == "" {
		return 0, false, nil
	}
	if !strings.Contains(text, ":") {
		ms, ok = f.number(name)
	} else if d, err := table.ParseDuration(text); err == nil {
		ms, ok = float64(d)/float64(table.TicksPerSecond/1000), true
	}
	if !ok {
		return 0, false, badItemf("Field '%s' is not a duration: '%.100s'", name, text)
	}
	return ms, true, nil
}

// durations fills columns with the durations of fields.
func (f fields) durations(row map[string]any, columns map[string]string) error {
	for column, name := range columns {
		ms, ok, err := f.duration(name)
		if err != nil {
			return err
		}
		if ok {
			row[column] = ms
		}
	}
	return nil
}

func (f fields) success() bool {
	switch v := f["success"].(type) {
	case bool:
		return v
	case string:
		return !strings.EqualFold(v, "false")
	}
	return true
}

// levels are the names of the severity levels 0 to 4.
var levels = []string{"verbose", "information", "warning", "error", "critical"}

// severity fills SeverityLevel, if the item has one.
func (f fields) severity(row map[string]any) error {
	text := strings.ToLower(f.text("severityLevel", maxName))
	if text == "" {
		return nil
	}
	level := slices.Index(levels, text)
	if level < 0 {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n >= len(levels) {
			return badItemf("Field 'severityLevel' has a value that is not known: '%.100s'", text)
		}
		level = n
	}
	row["SeverityLevel"] = level
	return nil
}

func (f fields) properties() map[string]string {
	out := map[string]string{}
	given, _ := f["properties"].(map[string]any)
	for name, v := range given {
		text, ok := v.(string)
		if v != nil && !ok {
			text = textOf(v)
		}
		out[cut(name, maxPropertyName)] = cut(text, maxPropertyValue)
	}
	return out
}

func (f fields) measurements() map[string]float64 {
	out := map[string]float64{}
	given, _ := f["measurements"].(map[string]any)
	for name := range given {
		if n, ok := fields(given).number(name); ok {
			out[cut(name, maxPropertyName)] = n
		}
	}
	return out
}

// list returns the objects of an array.
func (f fields) list(name string) []fields {
	given, _ := f[name].([]any)
	out := make([]fields, 0, len(given))
	for _, v := range given {
		if m, ok := v.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// cut shortens a text to so many characters.
func cut(text string, longest int) string {
	if len(text) <= longest {
		return text
	}
	n := 0
	for i := range text {
		if n == longest {
			return text[:i]
		}
		n++
	}
	return text
}

func fillTrace(row map[string]any, f fields) (err error) {
	if row["Message"], err = f.need("MessageData", "message", maxMessage); err != nil {
		return err
	}
	return f.severity(row)
}

func fillEvent(row map[string]any, f fields) (err error) {
	row["Name"], err = f.need("EventData", "name", maxName)
	return err
}

func fillRequest(row map[string]any, f fields) (err error) {
	if row["Id"], err = f.need("RequestData", "id", maxID); err != nil {
		return err
	}
	row["Name"], row["Source"], row["Url"] = f.text("name", maxName), f.text("source", maxName), f.text("url", maxURL)
	row["ResultCode"], row["Success"] = f.text("responseCode", maxName), f.success()
	return f.durations(row, map[string]string{"DurationMs": "duration"})
}

func fillDependency(row map[string]any, f fields) (err error) {
	if row["Name"], err = f.need("RemoteDependencyData", "name", maxName); err != nil {
		return err
	}
	row["Id"], row["Target"], row["DependencyType"] = f.text("id", maxID), f.text("target", maxName), f.text("type", maxName)
	row["Data"], row["ResultCode"], row["Success"] = f.text("data", maxPropertyValue), f.text("resultCode", maxName), f.success()
	return f.durations(row, map[string]string{"DurationMs": "duration"})
}

// fillMetric takes the first point, as Azure does: SDKs send one.
func fillMetric(row map[string]any, f fields) (err error) {
	points := f.list("metrics")
	if len(points) == 0 {
		return badItemf("Field 'metrics' on type 'MetricData' is required but missing or empty. Expected: Array, Actual: undefined")
	}
	p := points[0]
	if row["Name"], err = p.need("DataPoint", "name", maxName); err != nil {
		return err
	}
	sum, ok := p.number("value")
	if !ok {
		return badItemf("Field 'value' on type 'DataPoint' is required but missing or empty. Expected: number, Actual: undefined")
	}
	row["Sum"], row["Min"], row["Max"], row["ItemCount"] = sum, sum, sum, 1
	for column, name := range map[string]string{"Min": "min", "Max": "max"} {
		if n, ok := p.number(name); ok {
			row[column] = n
		}
	}
	if n, ok := p.number("count"); ok && n >= 1 && n <= math.MaxInt32 {
		row["ItemCount"] = int64(n)
	}
	return nil
}

func fillPageView(row map[string]any, f fields) error {
	row["Id"], row["Name"], row["Url"] = f.text("id", maxID), f.text("name", maxName), f.text("url", maxURL)
	if row["Name"] == "" && row["Url"] == "" {
		return badItemf("Field 'name' on type 'PageViewData' is required but missing or empty. Expected: string, Actual: undefined")
	}
	return f.durations(row, map[string]string{"DurationMs": "duration"})
}

func fillBrowserTiming(row map[string]any, f fields) error {
	row["Name"], row["Url"] = f.text("name", maxName), f.text("url", maxURL)
	return f.durations(row, map[string]string{
		"TotalDurationMs": "perfTotal", "NetworkDurationMs": "networkConnect", "SendDurationMs": "sentRequest",
		"ReceiveDurationMs": "receivedResponse", "ProcessingDurationMs": "domProcessing",
	})
}

func fillAvailability(row map[string]any, f fields) (err error) {
	if row["Name"], err = f.need("AvailabilityData", "name", maxName); err != nil {
		return err
	}
	row["Id"], row["Location"], row["Message"], row["Success"] = f.text("id", maxID), f.text("runLocation", maxName), f.text("message", maxMessage), f.success()
	return f.durations(row, map[string]string{"DurationMs": "duration"})
}

// fillException tells of the outermost exception, which comes first, and the innermost.
func fillException(row map[string]any, f fields) error {
	all := f.list("exceptions")
	if len(all) == 0 {
		return badItemf("Field 'exceptions' on type 'ExceptionData' is required but missing or empty. Expected: Array, Actual: undefined")
	}
	for _, e := range []struct {
		of     fields
		prefix string
	}{{all[0], ""}, {all[0], "Outer"}, {all[len(all)-1], "Innermost"}} {
		kind := e.prefix + "Type"
		if e.prefix == "" {
			kind = "ExceptionType"
		}
		row[kind], row[e.prefix+"Message"] = e.of.text("typeName", maxName), e.of.text("message", maxMessage)
		if stack := e.of.list("parsedStack"); len(stack) > 0 {
			row[e.prefix+"Method"], row[e.prefix+"Assembly"] = stack[0].text("method", maxName), stack[0].text("assembly", maxName)
		}
	}
	row["HandledAt"] = f.text("handledAt", maxName)
	row["ProblemId"] = f.text("problemId", maxName)
	if row["ProblemId"] == "" {
		row["ProblemId"] = row["ExceptionType"]
		if m, _ := row["Method"].(string); m != "" {
			row["ProblemId"] = fmt.Sprintf("%s at %s", row["ExceptionType"], m)
		}
	}
	details := make([]map[string]any, len(all))
	for i, e := range all {
		details[i] = detail(e)
	}
	row["Details"] = details
	return f.severity(row)
}

// detail is an exception as AppExceptions has it in Details.
func detail(e fields) map[string]any {
	d := map[string]any{"type": e.text("typeName", maxName), "message": e.text("message", maxMessage)}
	for _, name := range []string{"id", "outerId"} {
		if v := e.text(name, maxID); v != "" {
			d[name] = v
		}
	}
	if stack := e.text("stack", maxMessage); stack != "" {
		d["rawStack"] = stack
	}
	frames := []map[string]any{}
	for _, f := range e.list("parsedStack") {
		frame := map[string]any{"method": f.text("method", maxName), "assembly": f.text("assembly", maxName), "fileName": f.text("fileName", maxName)}
		for _, name := range []string{"level", "line"} {
			if n, ok := f.number(name); ok {
				frame[name] = n
			}
		}
		frames = append(frames, frame)
	}
	d["parsedStack"] = frames
	return d
}
