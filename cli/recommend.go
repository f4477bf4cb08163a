package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/yagura/yagura/advise/rule"
	"github.com/yagura/yagura/app"
)

// recommendationTable is where findings go, by a data collection rule of its own.
const (
	recommendationTable = "YaguraRecommendation_CL"
	recommendationRule  = "yagura-advise"
	recommendationBatch = 200
)

// sender puts findings into a running server's table.
type sender struct {
	on          *bool
	credentials *string
}

func sendFlags(fset *flag.FlagSet, env []string) sender {
	return sender{fset.Bool("send", false, "also send the findings to "+recommendationTable+" of a running server"), credentialsFlag(fset, env)}
}

// column is a column as Resource Manager names it.
type column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// recommendation is a row of the table.
type recommendation struct {
	TimeGenerated                                 time.Time
	Rule, Severity, Summary                       string
	Namespace, Object, File                       string
	Line                                          int
	Path, Reason, Failure, PatchType, PatchTarget string
	Patch                                         string
	Suppressed                                    bool
	SuppressedBecause                             string
}

var recommendationColumns = []column{{"TimeGenerated", "datetime"}, {"Rule", "string"}, {"Severity", "string"}, {"Summary", "string"}, {"Namespace", "string"}, {"Object", "string"}, {"File", "string"},
	{"Line", "int"}, {"Path", "string"}, {"Reason", "string"}, {"Failure", "string"}, {"PatchType", "string"}, {"PatchTarget", "string"}, {"Patch", "string"}, {"Suppressed", "boolean"}, {"SuppressedBecause", "string"}}

// recommendations makes the table and the rule if they are not there, and sends the
// findings through the Logs Ingestion API.
func (d sender) recommendations(ctx context.Context, findings []rule.Finding, now time.Time) error {
	if !*d.on || len(findings) == 0 {
		return nil
	}
	c, err := app.ReadCredentials(*d.credentials)
	if err != nil {
		return fmt.Errorf("send the findings: %w: start a server in this directory, or name its file with -credentials", err)
	}
	r := newRemote(c)
	immutable, err := r.recommendationRule(ctx)
	if err != nil {
		return fmt.Errorf("send the findings: %w", err)
	}
	for len(findings) > 0 {
		n := min(len(findings), recommendationBatch)
		var rows []recommendation
		for _, f := range findings[:n] {
			rows = append(rows, recommendationOf(f, now))
		}
		findings = findings[n:]
		body, err := json.Marshal(rows)
		if err != nil {
			return err
		}
		status, text, err := r.post(ctx, "/dataCollectionRules/"+immutable+"/streams/Custom-"+recommendationTable+"?api-version=2023-01-01", audienceIngest, nil, body)
		if err == nil && status != http.StatusNoContent {
			err = fmt.Errorf("the server answered %d: %.300s", status, text)
		}
		if err != nil {
			return fmt.Errorf("send the findings: %w", err)
		}
	}
	return nil
}

func recommendationOf(f rule.Finding, now time.Time) recommendation {
	row := recommendation{TimeGenerated: now.UTC(), Rule: f.Rule.ID, Severity: f.Severity.String(), Summary: f.Rule.Title, Namespace: f.Namespace, Object: f.Object, File: f.Source.File,
		Line: f.Line(), Path: strings.Join(f.Path, "."), Reason: f.Reason.String(), Failure: f.Failure.String(), Suppressed: f.Suppressed, SuppressedBecause: f.Why}
	if f.Patch != nil {
		row.PatchType, row.PatchTarget, row.Patch = f.Patch.Type, f.Patch.Target, f.Patch.YAML()
	}
	return row
}

// recommendationRule puts table and rule, which changes nothing if they are there, and
// returns the rule's immutable id.
func (r *remote) recommendationRule(ctx context.Context) (string, error) {
	group := "/subscriptions/" + r.c.SubscriptionID + "/resourceGroups/" + r.c.ResourceGroup
	workspace := group + "/providers/Microsoft.OperationalInsights/workspaces/" + r.c.WorkspaceName
	table := map[string]any{"properties": map[string]any{"schema": map[string]any{"name": recommendationTable, "columns": recommendationColumns}}}
	if _, err := r.put(ctx, workspace+"/tables/"+recommendationTable+"?api-version=2022-10-01", table); err != nil {
		return "", fmt.Errorf("make the table: %w", err)
	}
	answer, err := r.put(ctx, group+"/providers/Microsoft.Insights/dataCollectionRules/"+recommendationRule+"?api-version=2023-03-11", map[string]any{"location": "local", "kind": "Direct", "properties": map[string]any{
		"streamDeclarations": map[string]any{"Custom-" + recommendationTable: map[string]any{"columns": recommendationColumns}},
		"destinations":       map[string]any{"logAnalytics": []any{map[string]any{"name": "workspace", "workspaceResourceId": workspace}}},
		"dataFlows":          []any{map[string]any{"streams": []string{"Custom-" + recommendationTable}, "destinations": []string{"workspace"}, "transformKql": "source", "outputStream": "Custom-" + recommendationTable}},
	}})
	if err != nil {
		return "", fmt.Errorf("make the data collection rule: %w", err)
	}
	var doc struct{ Properties struct{ ImmutableID string } }
	if err := json.Unmarshal(answer, &doc); err != nil {
		return "", fmt.Errorf("read the data collection rule: %w", err)
	}
	return doc.Properties.ImmutableID, nil
}

func (r *remote) put(ctx context.Context, path string, body any) ([]byte, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	status, answer, err := r.send(ctx, http.MethodPut, path, audienceManage, nil, text)
	if err == nil && status/100 != 2 {
		err = fmt.Errorf("the server answered %d: %.300s", status, answer)
	}
	return answer, err
}
