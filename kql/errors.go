package kql

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
)

// Codes of mistakes: those of Kusto's engine (SEM…) where they are known, else those
// of its language service (KS…). YAG codes are our own.
const (
	codeName         = "SEM0100" // a name that nothing has
	codeFunction     = "SEM0260" // a function that does not exist
	codeArgs         = "SEM0219" // number of arguments
	codeCompare      = "SEM0064" // types that cannot be compared
	codeArithmetic   = "SEM0024" // types that an arithmetic operator does not take
	codeLiteral      = "KS004"   // text that is no value of its type
	codeWord         = "KS005"   // a word that is not one of those allowed
	codePattern      = "KS101"   // parts of a parse pattern that do not fit together
	codeOperand      = "KS106"   // types that another operator does not take
	codeArgType      = "KS107"   // type of an argument
	codeScalar       = "KS108"   // a scalar is expected
	codeColumn       = "KS109"   // a column is expected
	codeRename       = "KS110"   // name = column is expected
	codeTabular      = "KS111"   // a table is expected
	codeNotAllowed   = "KS116"   // a type that is not allowed here
	codePlugin       = "KS124"   // a plugin that does not exist
	codeSignature    = "KS127"   // no overload takes these types
	codeConstant     = "KS129"   // a constant is expected
	codeType         = "KS141"   // the type of an expression
	codeAggregate    = "KS144"   // an aggregate where there is none to be
	codeJoinColumn   = "KS145"   // a join column that one side lacks
	codeIndex        = "KS147"   // [] of something that is not dynamic
	codeTuple        = "KS149"   // several names for one value
	codeTypeName     = "KS160"   // a type that does not exist
	codeDuplicate    = "KS171"   // a column declared twice
	codeDataRows     = "KS173"   // values of a datatable that do not fill a row
	codeNotFirst     = "KS174"   // an operator that needs an input
	codeFirst        = "KS175"   // an operator that takes no input
	codeOperator     = "KS177"   // an operator that may not stand here
	codeParam        = "KS179"   // an operator parameter that does not exist
	codeParamTwice   = "KS180"   // an operator parameter given twice
	codeJoinOn       = "KS182"   // a join condition of another form
	codeNoColumns    = "KS190"   // a table without columns
	codeStar         = "KS191"   // a * that may not stand here
	codeNamedArg     = "KS196"   // an argument for no parameter
	codeMissingArg   = "KS197"   // a parameter without argument
	codeDeclared     = "KS201"   // a variable declared twice
	codeTable        = "KS204"   // a name that no table has
	codeDatabase     = "KS208"   // a workspace, database or app that is not there
	codeGraph        = "KS219"   // a graph is expected
	codeJoinTypes    = "KS227"   // join columns of different types
	codeNotAggregate = "KS236"   // a column in an aggregate's place
	codeDynamicKey   = "KS241"   // a join key that is dynamic
	codePartitionOf  = "KS259"   // a partition that is no function of a column that paths can tell
	codePartition    = "KS264"   // a partition that the path leaves out
	codeVirtual      = "KS266"   // the type of a column that paths tell
	codeFormat       = "KS267"   // a format of files that is not read
	codeMissing      = "YAG0001" // part of the language that is not there
	codeDepth        = "YAG0002" // nested too deep, or expands to too much
	codeAssert       = "YAG0003" // an assertion that does not hold
)

// spot is a place in the text: a node of the tree, or part of one.
type spot interface {
	Pos() int
	End() int
}

// maxErrors is how many mistakes are reported; more do not help anybody.
const maxErrors = 50

// bad is the expression that stands for a mistake that has been reported. Its type
// is no type, and whatever is made of it is bad too, without another report.
var bad plan.Expr = &plan.Lit{}

func isBad(e plan.Expr) bool { return e.Type() == 0 }

// fail reports a mistake at a node, once.
func (b *binder) fail(at spot, code, format string, args ...any) {
	b.failHint(at, "", code, format, args...)
}

func (b *binder) failHint(at spot, hint, code, format string, args ...any) {
	e := &syntax.Error{Pos: at.Pos(), End: at.End(), Code: code, Msg: fmt.Sprintf(format, args...), Hint: hint}
	if b.within != nil {
		e.Pos, e.End = b.within.at.Pos(), b.within.at.End()
		e.Msg = "in " + b.within.name + ": " + e.Msg
	}
	if b.quiet > 0 {
		b.muted++
		return
	}
	for _, o := range b.errs {
		if o.Pos == e.Pos && o.End == e.End && (o.Code == e.Code || b.within != nil) {
			return
		}
	}
	if len(b.errs) < maxErrors {
		b.errs = append(b.errs, e)
	}
}

// refused reports a part of the language that is not there, with the reason.
func (b *binder) refused(at spot, name string) {
	reason, ok := fn.Refused(name)
	if !ok {
		panic("kql: nothing says why " + name + " is refused")
	}
	b.fail(at, codeMissing, "%s is not supported: %s", name, reason)
}

// Error is a list of mistakes, with their places in the text, in its order.
type Error struct {
	Src  string
	List []*syntax.Error
}

// Error returns the first mistake with its place.
func (e *Error) Error() string {
	if len(e.List) == 0 {
		return "no mistake"
	}
	return e.describe(e.List[0])
}

func (e *Error) describe(x *syntax.Error) string {
	line, col := Place(e.Src, x.Pos)
	s := fmt.Sprintf("%s at line %d, column %d: %s", x.Code, line, col, x.Msg)
	if x.Hint != "" {
		s += "; " + x.Hint
	}
	return s
}

// Report writes all mistakes, each with its line of the text and a mark under it.
func (e *Error) Report() string {
	var b strings.Builder
	for _, x := range e.List {
		b.WriteString("error " + e.describe(x) + "\n")
		start := strings.LastIndexByte(e.Src[:min(x.Pos, len(e.Src))], '\n') + 1
		end := len(e.Src)
		if i := strings.IndexByte(e.Src[start:], '\n'); i >= 0 {
			end = start + i
		}
		line := strings.TrimRight(e.Src[start:end], "\r")
		before := line[:min(x.Pos-start, len(line))]
		marked := line[len(before):max(len(before), min(x.End-start, len(line)))]
		b.WriteString(line + "\n")
		for _, r := range before {
			if r == '\t' {
				b.WriteByte('\t')
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteString(strings.Repeat("~", max(1, utf8.RuneCountInString(marked))) + "\n")
	}
	return b.String()
}

// Place returns the line and the column, both from 1, of an offset in a text; the
// column counts characters.
func Place(src string, pos int) (line, col int) {
	pos = min(pos, len(src))
	start := strings.LastIndexByte(src[:pos], '\n') + 1
	return strings.Count(src[:start], "\n") + 1, utf8.RuneCountInString(src[start:pos]) + 1
}
