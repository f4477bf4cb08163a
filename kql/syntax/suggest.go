package syntax

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// DidYouMean is the hint that names the one of some names that is nearest to what stands
// there, of equally near ones the longest: letters are left out more often than put in. It is
// empty if none is near.
func DidYouMean(name string, candidates []string) string {
	best, bestDist := "", max(2, utf8.RuneCountInString(name)/3)+1
	for _, c := range candidates {
		if c == name {
			continue
		}
		if strings.EqualFold(c, name) {
			best, bestDist = c, 0
			break
		}
		d := distance(strings.ToLower(name), strings.ToLower(c), bestDist+1)
		if d < bestDist || d == bestDist && best != "" && (len(c) > len(best) || len(c) == len(best) && c < best) {
			best, bestDist = c, d
		}
	}
	if best == "" || bestDist >= utf8.RuneCountInString(name) {
		return ""
	}
	return "did you mean '" + best + "'?"
}

// distance is how many letters to change, add, leave out or swap with a neighbour to
// make b of a, or limit if it is that or more.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) >= limit || len(y)-len(x) >= limit {
		return limit
	}
	var prev2 []int
	prev := make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		cur := make([]int, len(y)+1)
		cur[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		if slices.Min(cur) >= limit {
			return limit
		}
		prev2, prev = prev, cur
	}
	return min(prev[len(y)], limit)
}
