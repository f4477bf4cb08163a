package fn

import (
	"strconv"
	"strings"

	"github.com/yagura/yagura/table"
)

// Texts of many formats taken apart.
var parseFuncs = []Func{
	{
		Name: "parse_csv", Kind: Scalar, Doc: "The fields of a line of comma-separated values, as an array; of several lines the first counts.", Result: FirstArg,
		Overloads: []Overload{{Params: P(TextP("csv_text")), Returns: Is(table.Dynamic), Slow: slow(func(w *work) Eval {
			return lift1(texts, func(s string) (table.Dyn, bool) { return parseCSV(w, s) })
		})}},
		Examples: []Example{{`parse_csv('aa,"b,""b""",cc')`, `dynamic(["aa","b,\"b\"","cc"])`}},
	},
	{
		Name: "parse_command_line", Kind: Scalar, Doc: `The arguments of a command line by the rules of "windows", as an array.`,
		Overloads: []Overload{{Params: P(AnyP("command"), OneOf("parser", "windows")), Returns: Is(table.Dynamic), Eval: lift2(texts, texts, func(s, _ string) (table.Dyn, bool) {
			args := windowsArgs(s)
			return table.NewDyn(args), args != nil
		})}},
		Examples: []Example{{`parse_command_line(@'echo "hello world!" a\"b', "windows")`, `dynamic(["echo","hello world!","a\"b"])`}},
	},
	{
		Name: "parse_path", Kind: Scalar, Doc: "The parts of a file's path: Scheme, RootPath, DirectoryPath, DirectoryName, Filename, Extension, AlternateDataStreamName.",
		Overloads: []Overload{{Params: P(Str("path")), Returns: Is(table.Dynamic), Eval: Map1(parseFilePath)}},
		Examples:  []Example{{`parse_path(@"C:\temp\file.txt").DirectoryName`, `dynamic("temp")`}},
	},
	{
		Name: "parse_version", Kind: Scalar, Doc: "A version of one to four numbers as a decimal that orders versions.",
		Overloads: []Overload{{Params: P(Str("version")), Returns: Is(table.Decimal), Eval: Map1OK(parseVersion)}},
		Examples:  []Example{{`parse_version("1.2.3.40") > parse_version("1.2.3.4")`, `true`}, {`parse_version("1.0") == parse_version("1.0.0.0")`, `true`}, {`parse_version("a")`, `decimal(null)`}},
	},
}

func parseCSV(w *work, s string) (table.Dyn, bool) {
	var fields []any
	for {
		field, rest, more := csvField(s)
		fields = append(fields, field)
		w.Step(making + len(field))
		if s = rest; !more {
			return table.NewDyn(fields), true
		}
	}
}

// csvField reads one field and says whether another follows on the line.
func csvField(s string) (field, rest string, more bool) {
	if !strings.HasPrefix(s, `"`) {
		i := strings.IndexAny(s, ",\r\n")
		if i < 0 {
			return s, "", false
		}
		return s[:i], s[i+1:], s[i] == ','
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] != '"' {
			b.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			b.WriteByte('"')
			i++
			continue
		}
		tail, rest, more := csvField(strings.TrimPrefix(s[i+1:], `"`))
		return b.String() + tail, rest, more
	}
	return b.String(), "", false
}

// windowsArgs splits as Windows does for a program: backslashes count only before a
// quote, two quotes within quotes are one.
func windowsArgs(s string) []any {
	var args []any
	s = strings.Trim(s, " \t\r\n")
	for s != "" {
		var arg string
		arg, s = windowsArg(s)
		args = append(args, arg)
		s = strings.TrimLeft(s, " \t\r\n")
	}
	return args
}

func windowsArg(s string) (arg, rest string) {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			n := len(s[i:]) - len(strings.TrimLeft(s[i:], `\`))
			i += n - 1
			if i+1 >= len(s) || s[i+1] != '"' {
				b.WriteString(strings.Repeat(`\`, n))
				continue
			}
			b.WriteString(strings.Repeat(`\`, n/2))
			if n%2 == 1 {
				b.WriteByte('"')
				i++
			}
		case c == '"' && quoted && i+1 < len(s) && s[i+1] == '"':
			b.WriteByte('"')
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && strings.IndexByte(" \t\r\n", c) >= 0:
			return b.String(), s[i:]
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), ""
}

// parseFilePath takes a Windows or Unix path apart; what it lacks is empty.
func parseFilePath(p string) table.Dyn {
	scheme, rest, ok := strings.Cut(p, "://")
	if !ok {
		scheme, rest = "", p
	}
	root := ""
	if len(rest) > 2 && isLetter(rest[0]) && rest[1] == ':' && (rest[2] == '\\' || rest[2] == '/') {
		root = rest[:3]
	}
	dir, file := "", rest
	if i := strings.LastIndexAny(rest, `\/`); i >= 0 {
		dir, file = rest[:i], rest[i+1:]
	}
	file, stream, _ := strings.Cut(file, ":")
	ext := ""
	if i := strings.LastIndexByte(file, '.'); i >= 0 {
		ext = file[i+1:]
	}
	name := dir[strings.LastIndexAny(dir, `\/`)+1:]
	return table.NewDyn(&table.Bag{
		Keys: []string{"Scheme", "RootPath", "DirectoryPath", "DirectoryName", "Filename", "Extension", "AlternateDataStreamName"},
		Vals: []any{scheme, root, dir, name, file, ext, stream},
	})
}

// parseVersion gives each part eight digits.
func parseVersion(s string) (table.Dec, bool) {
	parts := strings.Split(strings.TrimSpace(s), ".")
	if len(parts) > 4 {
		return "", false
	}
	var b strings.Builder
	for i := range 4 {
		n := uint64(0)
		if i < len(parts) {
			var err error
			if n, err = strconv.ParseUint(parts[i], 10, 32); err != nil || n > 99_999_999 {
				return "", false
			}
		}
		b.Write(appendPadded(nil, int64(n), 8))
	}
	d, err := table.ParseDec(b.String())
	return d, err == nil
}
