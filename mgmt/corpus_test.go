package mgmt

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yagura/yagura/kql/command"
)

// TestDocumentedCommands reads the commands of Kusto's documentation: each is one that is
// answered, or is refused by name. Those with placeholders in them, or of which the page
// shows a part, are mistakes.
func TestDocumentedCommands(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "shared", "kql", "commands.jsonl"))
	if err != nil {
		t.Skip("the conformance suite is not beside this repository:", err)
	}
	defer f.Close()
	answered, refused, wrong := 0, 0, 0
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c struct {
			ID, Command string
			Oracle      struct{ OK bool }
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if !command.Is(c.Command) {
			continue
		}
		for _, text := range splitScript(c.Command) { // some pages show several at once
			_, _, _, err := find(text)
			var e *Error
			switch {
			case err == nil:
				answered++
			case errors.As(err, &e) && e.Code == codeRefused:
				refused++
			default:
				wrong++
				if c.Oracle.OK || strings.Contains(err.Error(), "no management command") {
					t.Errorf("%s: %v\n%s", c.ID, err, text)
				}
			}
		}
	}
	t.Logf("%d answered, %d refused by name, %d with a mistake", answered, refused, wrong)
}
