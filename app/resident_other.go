//go:build !linux

package app

// resident is how many bytes of memory the process has; 0 if that is not known.
func resident() int64 { return 0 }
