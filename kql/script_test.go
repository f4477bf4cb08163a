package kql_test

import (
	"testing"

	"github.com/yagura/yagura/test/kqltest"
)

// TestScripts runs the scripts in testdata with the evaluator.
func TestScripts(t *testing.T) { kqltest.Run(t, "testdata", kqltest.Eval) }
