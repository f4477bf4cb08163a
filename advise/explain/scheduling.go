package explain

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Scheduling is a scheduler's message, read.
type Scheduling struct {
	Available, Nodes int
	// Before is why no node was looked at, if that was so.
	Before  string
	Reasons []Reason
	// Preemption are the reasons why removing other pods does not help.
	Preemption []Reason
}

// Reason is how many nodes refuse, and why.
type Reason struct {
	Nodes int
	Text  string
}

var (
	schedulingHead = regexp.MustCompile(`(\d+)/(\d+) nodes are available`)
	schedulingPart = regexp.MustCompile(`^(\d+) (.+)$`)
	// Old schedulers named the taint, with a comma or period within the braces.
	braced = regexp.MustCompile(`\{[^}]*\}`)
)

// ParseScheduling reads 0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had
// untolerated taint(s). preemption: 0/3 nodes are available: ….
func ParseScheduling(message string) (Scheduling, bool) {
	at := schedulingHead.FindStringSubmatchIndex(message)
	if at == nil {
		return Scheduling{}, false
	}
	main, preemption, _ := strings.Cut(message[at[0]:], "preemption:")
	s := Scheduling{}
	s.Available, s.Nodes, s.Before, s.Reasons = part(main)
	if schedulingHead.MatchString(preemption) {
		_, _, _, s.Preemption = part(preemption)
	}
	return s, true
}

func part(text string) (available, nodes int, before string, reasons []Reason) {
	m := schedulingHead.FindStringSubmatchIndex(text)
	available, _ = strconv.Atoi(text[m[2]:m[3]])
	nodes, _ = strconv.Atoi(text[m[4]:m[5]])
	rest := strings.Trim(text[m[1]:], ": ")
	// Commas separate reasons, but may stand in braces.
	var hidden []string
	rest = braced.ReplaceAllStringFunc(rest, func(b string) string {
		hidden = append(hidden, b)
		return "\x00" + strconv.Itoa(len(hidden)-1) + "\x00"
	})
	for piece := range strings.SplitSeq(strings.TrimRight(rest, ". "), ", ") {
		for i, h := range hidden {
			piece = strings.ReplaceAll(piece, "\x00"+strconv.Itoa(i)+"\x00", h)
		}
		piece = strings.TrimRight(strings.TrimSpace(piece), ".")
		p := schedulingPart.FindStringSubmatch(piece)
		switch {
		case p != nil:
			n, _ := strconv.Atoi(p[1])
			text := strings.TrimSuffix(p[2], ", that the pod didn't tolerate")
			reasons = append(reasons, Reason{n, text})
		case piece == "that the pod didn't tolerate": // the end of an old taint's reason
		case piece != "":
			before = strings.TrimSpace(before + " " + piece)
		}
	}
	slices.SortStableFunc(reasons, func(a, b Reason) int { return b.Nodes - a.Nodes })
	return available, nodes, before, reasons
}
