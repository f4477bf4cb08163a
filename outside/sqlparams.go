package outside

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/yagura/yagura/table"
)

// bindNamed leaves parameters to a server that has them.
func bindNamed(text string, params *table.Bag) (string, []any) {
	var args []any
	if params != nil {
		for i, name := range params.Keys {
			args = append(args, sql.Named(strings.TrimPrefix(name, "@"), argument(params.Vals[i])))
		}
	}
	return text, args
}

// argument is a parameter's value as drivers take it.
func argument(v any) any {
	switch v := v.(type) {
	case table.Time:
		return v.Go()
	case table.Duration:
		return clock(v)
	case table.Dec:
		return string(v)
	case table.UUID:
		return v.String()
	case []any, *table.Bag:
		return table.TreeText(v)
	}
	return v
}

// clock writes a timespan as SQL writes times: hours may be many.
func clock(d table.Duration) string {
	const second = 10_000_000
	sign, n := "", uint64(d)
	if d < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%02d:%02d:%02d.%06d", sign, n/(3600*second), n/(60*second)%60, n/second%60, n%second/10)
}

// bindMySQL puts a question mark for each parameter, within what gives it its type.
func bindMySQL(text string, params *table.Bag) (string, []any) {
	var args []any
	text = replaceParams(text, params, true, func(i int) string {
		switch v := params.Vals[i].(type) {
		case table.Time:
			args = append(args, v.Go().Format("2006-01-02 15:04:05.000000"))
			return "CAST(? AS DATETIME(6))"
		case table.Duration:
			args = append(args, clock(v))
			return "CAST(? AS TIME(6))"
		case table.Dec:
			return string(v) // digits
		}
		args = append(args, argument(params.Vals[i]))
		return "?"
	})
	return text, args
}

// bindPostgres numbers the parameters, and gives each its type.
func bindPostgres(text string, params *table.Bag) (string, []any) {
	var args []any
	numbers := map[int]int{}
	text = replaceParams(text, params, false, func(i int) string {
		if numbers[i] == 0 {
			args = append(args, argument(params.Vals[i]))
			numbers[i] = len(args)
		}
		return "$" + strconv.Itoa(numbers[i]) + "::" + postgresType(params.Vals[i])
	})
	return text, args
}

func postgresType(v any) string {
	switch v.(type) {
	case bool:
		return "boolean"
	case int32, int64:
		return "bigint"
	case float64:
		return "double precision"
	case table.Dec:
		return "numeric"
	case table.Time:
		return "timestamptz"
	case table.Duration:
		return "interval"
	case table.UUID:
		return "uuid"
	case []any, *table.Bag:
		return "jsonb"
	}
	return "text"
}

// replaceParams puts what with gives for each @name of a parameter that stands outside of
// texts, quoted names and comments.
func replaceParams(text string, params *table.Bag, mysql bool, with func(i int) string) string {
	if params == nil {
		return text
	}
	byName := map[string]int{}
	for i, name := range params.Keys {
		byName[strings.TrimPrefix(name, "@")] = i
	}
	var out strings.Builder
	for text != "" {
		n := skipped(text, mysql)
		if n == 0 && text[0] == '@' {
			n = 1 + len(word(text[1:]))
			if i, ok := byName[text[1:n]]; ok {
				out.WriteString(with(i))
				text = text[n:]
				continue
			}
			if n == 1 && strings.HasPrefix(text, "@@") {
				n = 2 + len(word(text[2:]))
			}
		}
		n = max(n, 1)
		out.WriteString(text[:n])
		text = text[n:]
	}
	return out.String()
}

// skipped is the length of a text, a quoted name, a comment or a word at the beginning.
func skipped(text string, mysql bool) int {
	end := func(from int, mark string) int {
		if i := strings.Index(text[from:], mark); i >= 0 {
			return from + i + len(mark)
		}
		return len(text)
	}
	switch c := text[0]; {
	case c == '\'' || c == '"' || c == '`' && mysql:
		return quoted(text, mysql && c != '`')
	case (c == 'E' || c == 'e') && !mysql && strings.HasPrefix(text[1:], "'"):
		return 1 + quoted(text[1:], true)
	case strings.HasPrefix(text, "--") && (!mysql || len(text) == 2 || text[2] <= ' '), c == '#' && mysql:
		return end(0, "\n")
	case strings.HasPrefix(text, "/*"):
		return end(2, "*/")
	case c == '$' && !mysql:
		if tag := "$" + word(text[1:]) + "$"; strings.HasPrefix(text, tag) {
			return end(len(tag), tag)
		}
	}
	return len(word(text))
}

// quoted is the length of a text in quotes; a quote that comes twice does not end it.
func quoted(text string, backslash bool) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && backslash:
			i++
		case text[i] == text[0]:
			return i + 1
		}
	}
	return len(text)
}

// word is the name that a text begins with.
func word(text string) string {
	i := strings.IndexFunc(text, func(c rune) bool {
		return c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && c < 0x80
	})
	if i < 0 {
		return text
	}
	return text[:i]
}
