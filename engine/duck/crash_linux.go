package duck

/*
#include <stdlib.h>
#include "crash_linux.h"
*/
import "C"

import (
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

// RestartOnCrash has the process start anew in its place, under the same process id, if
// DuckDB crashes: at a memory fault or an abort in C code. Go's own panics stay what they
// are. args and env are the process's. The listeners are handed on by their names, in the
// way of systemd's socket activation, so that clients wait instead of being refused. It
// is to be called once.
func RestartOnCrash(args, env []string, listeners map[string]syscall.Conn) error {
	fds := unsafe.Slice((*C.int)(C.calloc(C.size_t(len(listeners)+1), C.sizeof_int)), len(listeners)+1)
	var names []string
	for name, l := range listeners {
		raw, err := l.SyscallConn()
		if err != nil {
			return fmt.Errorf("duck: keep listener %s: %w", name, err)
		}
		kept := C.int(-1)
		if err := raw.Control(func(fd uintptr) { kept = C.yagura_keep_fd(C.int(fd)) }); err != nil || kept < 0 {
			return fmt.Errorf("duck: keep listener %s: %w", name, err)
		}
		fds[len(names)] = kept
		names = append(names, name)
	}
	env = append(withoutActivation(env),
		"LISTEN_PID="+strconv.Itoa(syscall.Getpid()), "LISTEN_FDS="+strconv.Itoa(len(names)), "LISTEN_FDNAMES="+strings.Join(names, ":"))
	if errno := C.yagura_restart_on_crash(cStrings(args), cStrings(env), &fds[0], C.int(len(names))); errno != 0 {
		return fmt.Errorf("duck: handle crashes: %w", syscall.Errno(errno))
	}
	return nil
}

func withoutActivation(env []string) []string {
	var kept []string
	for _, kv := range env {
		if !strings.HasPrefix(kv, "LISTEN_") {
			kept = append(kept, kv)
		}
	}
	return kept
}

// cStrings makes an array that ends with NULL. It is never freed.
func cStrings(list []string) **C.char {
	p := C.calloc(C.size_t(len(list)+1), C.size_t(unsafe.Sizeof(uintptr(0))))
	array := unsafe.Slice((**C.char)(p), len(list)+1)
	for i, s := range list {
		array[i] = C.CString(s)
	}
	return (**C.char)(p)
}
