package command_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/yagura/yagura/kql/command"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct{ form, src, want string }{
		{`.show table <name> details`, ".SHOW  table ['my table'] // said so\n Details ;", "name=my table"},
		{`.show table <name>`, `.show table Db.T`, "name=T db=Db"},
		{`.show table <name>`, `.show table ["my db"].['a b']`, "name=a b db=my db"},
		{`.show table <name>`, `.show table 'T' | take 1`, "name=T pipe=| take 1"},
		{`.create function [ifnotexists] [<with>] <name> <params> <body>`, ".create function with (folder=@'a\\b', view = true) f(x:string = \"}\") { print \"{\" // }\n }", `body={ print "{" // }` + "\n" + ` } name=f params=(x:string = "}") with.folder=a\b with.view=true`},
		{`.create table <name> <columns> [<with>]`, `.create table T (a:long, ['b c']: string, d:double, e:System.DateTime)`, "name=T cols=a:long b c:string d:real e:datetime"},
		{`.create table <name> <columns>`, `.create table T ()`, "name=T"},
		{`.drop tables <names> [ifexists]`, `.drop tables (A, ['B'], Db.C) ifexists`, "names=A,B,C db=Db"},
		{`.ingest inline into table <name> [<with>] <| <rest:data>`, ".ingest inline into table T <| 1,a|b\n2,c", "data= 1,a|b\n2,c name=T"},
		{`.alter table <name> policy update <json>`, ".alter table T policy update @'[{\"a\":1}]'", `json=[{"a":1}] name=T`},
		{`.alter table <name> policy update <json>`, ".alter table T policy update ```[1]```", `json=[1] name=T`},
		{`.alter table <name> policy update <json>`, ".alter table T policy update [{\"a\":1}]", `json=[{"a":1}] name=T`},
		{`.create table <name> ingestion csv|json mapping <text:mapping> <text>`, ".create table T ingestion JSON mapping 'm' 'a' \"b\"", ""},
		{`.alter-merge table <name> policy retention softdelete = <value>`, ".alter-merge table T policy retention softdelete = 10d", "name=T value=10d"},
	} {
		a, pipe, err := command.MustForm(c.form).Match(c.src)
		if c.want == "" {
			if err == nil && c.src[:7] != ".create" {
				t.Errorf("%s: no error", c.src)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		var got []string
		for _, k := range []string{"json", "body", "data", "name", "params", "value"} {
			if v, ok := a.Text[k]; ok {
				got = append(got, k+"="+v)
			}
		}
		for k, v := range a.Names {
			got = append(got, k+"="+strings.Join(v, ","))
		}
		var cols []string
		for _, col := range a.Cols {
			cols = append(cols, fmt.Sprintf("%s:%s", col.Name, col.Type))
		}
		if cols != nil {
			got = append(got, "cols="+strings.Join(cols, " "))
		}
		if a.DB != "" {
			got = append(got, "db="+a.DB)
		}
		for _, k := range []string{"folder", "view"} {
			if v, ok := a.With[k]; ok {
				got = append(got, "with."+k+"="+v)
			}
		}
		if pipe < len(c.src) {
			got = append(got, "pipe="+c.src[pipe:])
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.src, s, c.want)
		}
	}
}

func TestMistakes(t *testing.T) {
	form := command.MustForm(`.create table <name> <columns> [<with>]`)
	for src, want := range map[string]string{
		".create table T (a:longg)":      "'longg', where a type is expected",
		".create table T (a:long":        "the end, where , or ) is expected",
		".create table T (a:long) x":     "'x', where with or the end of the command is expected",
		".create table (a:long)":         "'(', where a name is expected",
		".create table 'T (a:long)":      "a string that does not end, where a name is expected",
		".create table T (a:long) with ": "the end, where ( is expected",
	} {
		_, _, err := form.Match(src)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", src, err, want)
		}
	}
}

func FuzzMatch(f *testing.F) {
	forms := []*command.Form{
		command.MustForm(`.create-or-alter function [<with>] <name> <params> <body>`),
		command.MustForm(`.create tables <name> <columns> [<with>]`),
		command.MustForm(`.alter table <name> policy update [<names>] <json>`),
		command.MustForm(`.ingest inline into table <name> [<with>] <| <rest:data>`),
		command.MustForm(`.show tables [<names>] [a|b] [<value>]`),
	}
	for _, s := range []string{".create-or-alter function with (a=1) f(x:long) { x }", ".show tables (A,B) a 1 | take 1", ".alter table ['x'].y policy update {\"a\":[1]}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		for _, form := range forms {
			if a, pipe, err := form.Match(src); err == nil && (a == nil || pipe < 0 || pipe > len(src)) {
				t.Fatalf("%q: pipe at %d", src, pipe)
			}
		}
	})
}
