package io.github.keycloakmint.testbed;

import java.time.Duration;
import java.util.List;

/** The SQL that a server with {@code org.hibernate.SQL:debug} logs: of {@link Servers#trusting()}, say. */
public final class StatementLog {

    /** With nothing written for so long, nothing is on its way any more. */
    private static final Duration STILL = Duration.ofMillis(700);

    private final KeycloakServer server;

    public StatementLog(KeycloakServer server) {
        this.server = server;
    }

    /** Statements of {@code work}, and of what the server does beside it. */
    public List<String> during(Runnable work) {
        int before = written();
        work.run();
        written();
        return server.log()
                .substring(before)
                .lines()
                .filter(line -> line.contains("org.hibernate.SQL"))
                .map(line -> line.substring(line.indexOf("org.hibernate.SQL")))
                .toList();
    }

    /** Length of the log once nothing is on its way to it any more. */
    private int written() {
        long[] last = {-1, System.nanoTime()};
        Poll.untilTrue("the log to be still", Duration.ofSeconds(30), () -> {
            int length = server.log().length();
            if (length != last[0]) {
                last[0] = length;
                last[1] = System.nanoTime();
            }
            return System.nanoTime() - last[1] > STILL.toNanos();
        });
        return (int) last[0];
    }
}
