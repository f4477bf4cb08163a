package mgmt

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/yagura/yagura/kql/command"
	"github.com/yagura/yagura/table"
)

// Several commands in one.
// https://learn.microsoft.com/kusto/management/execute-database-script
var scriptCommands = []entry{
	show(`.execute [database] script [<with>] <| <rest:data>`, (*call).runScript),
}

// maxScript is how many commands a script has.
const maxScript = 1000

// runScript runs commands, each with the rights that it needs, until one fails; with
// ContinueOnErrors, all of them.
func (c *call) runScript(ctx context.Context) (*table.Batch, error) {
	if err := c.with("continueonerrors", "throwonerrors"); err != nil {
		return nil, err
	}
	b := columns("OperationId:guid CommandType:string CommandText:string Result:string Reason:string")
	texts := splitScript(c.Text["data"])
	if len(texts) > maxScript {
		return nil, fail(codeInvalid, "The script has %d commands: %d are allowed.", len(texts), maxScript)
	}
	failed := false
	for _, text := range texts {
		result, reason := "Skipped", ""
		if (!failed || c.flag("continueonerrors")) && command.Head(text, 1) != ".show" { // what changes nothing is not run
			q := c.Request
			q.Query.Text = text
			_, err := c.Run(ctx, q)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			result = "Completed"
			if err != nil {
				if c.flag("throwonerrors") {
					return nil, err
				}
				failed, result, reason = true, "Failed", err.Error()
			}
		}
		b.AppendRow(table.UUID(uuid.New()), commandType(text), text, result, reason)
	}
	return b, nil
}

// splitScript cuts a script into its commands: a line that begins with a dot begins
// one. Lines that are comments are no part of any.
func splitScript(text string) []string {
	var out []string
	var one []string
	end := func() {
		if s := strings.TrimSpace(strings.Join(one, "\n")); s != "" {
			out = append(out, s)
		}
		one = nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		trimmed := strings.TrimSpace(line)
		if command.Is(trimmed) && balanced(one) {
			end()
		}
		if !strings.HasPrefix(trimmed, "//") {
			one = append(one, line)
		}
	}
	end()
	return out
}

// balanced reports whether the text so far can be whole: a line with a dot in front
// that stands in a string of several lines begins nothing.
func balanced(lines []string) bool {
	return strings.Count(strings.Join(lines, "\n"), "```")%2 == 0
}

// commandType names what a command does, as Kusto does: TableCreate,
// RetentionPolicyAlter, FunctionCreateOrAlter.
func commandType(text string) string {
	e, _, _, err := find(text)
	if err != nil {
		return ""
	}
	words := slices.DeleteFunc(strings.Fields(e.form.Text), func(w string) bool { return strings.HasPrefix(w, "[") && strings.HasSuffix(w, "]") })
	verb, what := title(strings.TrimSuffix(strings.TrimPrefix(words[0], "."), "-merge")), title(words[1])
	switch {
	case verb == "Ingest":
		return "DataIngestPull"
	case strings.HasPrefix(words[1], "<"):
		return "Table" + verb
	}
	for i, w := range words[:len(words)-1] {
		if w == "policy" {
			return title(words[i+1]) + "Policy" + verb
		}
	}
	return what + verb
}

// title writes create-or-alter as CreateOrAlter.
func title(word string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(word, "-") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}
