#ifndef YAGURA_DUCK_CRASH_H
#define YAGURA_DUCK_CRASH_H

// Duplicates a descriptor to where the restart can move it from; -1 if it fails.
int yagura_keep_fd(int fd);

// Arms the restart. What is given must stay where it is. Returns 0 or errno.
int yagura_restart_on_crash(char **args, char **env, const int *fds, int count);

#endif
