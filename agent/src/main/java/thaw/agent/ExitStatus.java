package thaw.agent;

/**
 * How the runtime's main process ended.
 *
 * @param code exit code, or -1 if a signal ended it
 * @param signal signal number, or 0 if it exited
 * @param outOfMemory whether the guest's cgroup hit its memory limit and killed it
 */
public record ExitStatus(int code, int signal, boolean outOfMemory) {}
