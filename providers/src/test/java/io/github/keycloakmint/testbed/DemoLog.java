package io.github.keycloakmint.testbed;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Shows on the console what somebody who tries things out should see of the log: errors, and the bundle's warnings. */
final class DemoLog {

    private static final Pattern LINE = Pattern.compile("^\\S+ \\S+ (WARN|ERROR|FATAL) +\\[([^]]+)] .*");
    private static final long PAUSE = Duration.ofMillis(500).toNanos();

    private final Path file;
    private int shown;

    DemoLog(Path file) {
        this.file = file;
    }

    void showProblemsWhile(BooleanSupplier running) {
        while (running.getAsBoolean()) {
            show();
            LockSupport.parkNanos(PAUSE);
        }
    }

    private void show() {
        String log = LogFiles.read(file);
        int end = log.lastIndexOf('\n') + 1;
        if (end > shown) {
            log.substring(shown, end).lines().filter(DemoLog::isWorthSeeing).forEach(System.out::println);
            shown = end;
        }
    }

    static boolean isWorthSeeing(String line) {
        Matcher matcher = LINE.matcher(line);
        return matcher.matches()
                && (!matcher.group(1).equals("WARN")
                        || matcher.group(2).startsWith("keycloakmint")
                        || matcher.group(2).startsWith("io.github.keycloakmint"));
    }
}
