// Starts the process anew, in place, when C code crashes. See crash_linux.go.

#define _GNU_SOURCE
#include "crash_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum { first_fd = 3, safe_fd = 100 };

static char **restart_args, **restart_env;
static const int *restart_fds;
static int restart_count;
static atomic_int armed;

static const char *name_of(int sig) {
	switch (sig) {
	case SIGSEGV: return "SIGSEGV";
	case SIGBUS: return "SIGBUS";
	case SIGFPE: return "SIGFPE";
	}
	return "SIGABRT";
}

static void say(const char *text) {
	if (write(STDERR_FILENO, text, strlen(text)) < 0) return; // there is nobody else to tell
}

// Only calls that are safe in a signal handler.
static void on_crash(int sig, siginfo_t *info, void *context) {
	(void)info;
	(void)context;
	if (!atomic_exchange(&armed, 0)) {
		signal(sig, SIG_DFL);
		raise(sig);
		return;
	}
	say("the query engine crashed (");
	say(name_of(sig));
	say("); starting again\n");
	for (int i = 0; i < restart_count; i++)
		dup2(restart_fds[i], first_fd + i); // without close-on-exec
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve("/proc/self/exe", restart_args, restart_env);
	_exit(128 + sig);
}

static int handle(int sig) {
	struct sigaction act;
	memset(&act, 0, sizeof act);
	act.sa_sigaction = on_crash;
	act.sa_flags = SA_SIGINFO | SA_ONSTACK;
	sigfillset(&act.sa_mask);
	return sigaction(sig, &act, NULL);
}

// Before Go's runtime starts, so that it takes these as what was there before: it then
// hands on the faults that do not come from Go code, and keeps its own.
__attribute__((constructor)) static void before_go(void) {
	handle(SIGSEGV);
	handle(SIGBUS);
	handle(SIGFPE);
}

int yagura_keep_fd(int fd) { return fcntl(fd, F_DUPFD_CLOEXEC, safe_fd); }

int yagura_restart_on_crash(char **args, char **env, const int *fds, int count) {
	restart_args = args;
	restart_env = env;
	restart_fds = fds;
	restart_count = count;
	// The numbers that the next process looks for are taken now, where they are free: a file
	// that had one of them could be closed by another thread between on_crash's two calls.
	for (int i = 0; i < count; i++)
		if (fcntl(first_fd + i, F_GETFD) == -1 && dup3(fds[i], first_fd + i, O_CLOEXEC) == -1) return errno;
	// Go does not hand this one on. abort() raises it, Go itself does not.
	if (handle(SIGABRT) != 0) return errno;
	atomic_store(&armed, 1);
	return 0;
}
