package cli

import (
	"os"

	"golang.org/x/term"
)

// terminalWidth returns the columns of a terminal, and whether f is one.
func terminalWidth(f *os.File) (int, bool) {
	if !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil || w <= 0 {
		return 80, true
	}
	return w, true
}
