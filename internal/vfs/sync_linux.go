package vfs

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncFile leaves out what a reader does not need, such as times; the length is
// written if it changed.
func syncFile(f *os.File) error {
	for {
		err := unix.Fdatasync(int(f.Fd()))
		if err != unix.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
