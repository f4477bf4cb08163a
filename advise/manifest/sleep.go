package manifest

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var sleepCommand = regexp.MustCompile(`\bsleep\s+(?:-s(?:econds)?\s+)?(\d+(?:\.\d+)?)\s*(s|m)?\b`)

// Sleeps finds how long a command sleeps: sleep 15, Start-Sleep -Seconds 15.
func Sleeps(command string) (time.Duration, bool) {
	m := sleepCommand.FindStringSubmatch(strings.ToLower(command))
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if m[2] == "m" {
		n *= 60
	}
	return time.Duration(n * float64(time.Second)), err == nil && n < 1e6
}
