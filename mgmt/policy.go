package mgmt

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/yagura/yagura/table"
)

// retentionPolicy writes a retention in days as Kusto's policy.
func retentionPolicy(days int) string {
	return fmt.Sprintf(`{"SoftDeletePeriod":"%d.00:00:00","Recoverability":"Disabled"}`, days)
}

// idOf makes an id of the names of a thing; it stays the same.
func idOf(names ...string) table.UUID {
	h := sha256.Sum256([]byte(strings.Join(names, "\x00")))
	return table.UUID(h[:16])
}
