package io.github.keycloakmint.testbed;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The main class of a server process: runs Keycloak's own main class in this JVM, and ends it with the process that
 * started it. A killed Maven gets no chance to stop its children, so the child has to notice. Alone on the server's
 * class path: uses the JDK only.
 */
final class ParentBound {

    private static final long PAUSE = 500_000_000L;

    private ParentBound() {}

    /** Arguments: the parent's process id, the main class, its arguments. */
    public static void main(String[] arguments) throws Exception {
        // Not System.exit: nobody is left to wait for an orderly end, and a hook that hangs would keep the port.
        whenGone(ProcessHandle.of(Long.parseLong(arguments[0])), () -> Runtime.getRuntime()
                .halt(143));
        Class.forName(arguments[1]).getMethod("main", String[].class).invoke(null, (Object)
                Arrays.copyOfRange(arguments, 2, arguments.length));
    }

    /** Asks twice a second: the JDK's own onExit looks at a process that is no child of ours every five seconds only. */
    static void whenGone(Optional<ProcessHandle> process, Runnable action) {
        Thread watch = new Thread(
                () -> {
                    while (process.isPresent() && process.get().isAlive()) {
                        LockSupport.parkNanos(PAUSE);
                    }
                    action.run();
                },
                "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }
}
