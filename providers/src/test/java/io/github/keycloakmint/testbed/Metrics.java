package io.github.keycloakmint.testbed;

import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server's metrics in Prometheus' text form. */
public final class Metrics {

    private static final Pattern SAMPLE = Pattern.compile("^([A-Za-z_:][\\w:]*)(?:\\{(.*)})? ([^ ]+)$");

    private final KeycloakServer server;

    public Metrics(KeycloakServer server) {
        this.server = server;
    }

    public String text() {
        return Http.get(URI.create(server.managementUrl() + "/metrics"))
                .send()
                .expect(200)
                .body();
    }

    /**
     * The sum of all samples of that name that carry all these labels; 0 when there are none.
     *
     * @param labels name, value, name, value …
     */
    public double value(String name, String... labels) {
        return text().lines()
                .map(SAMPLE::matcher)
                .filter(Matcher::matches)
                .filter(sample -> sample.group(1).equals(name) && carries(sample.group(2), labels))
                .mapToDouble(sample -> Double.parseDouble(sample.group(3)))
                .sum();
    }

    private static boolean carries(String sample, String... labels) {
        String all = "," + (sample == null ? "" : sample) + ",";
        for (int i = 0; i < labels.length; i += 2) {
            if (!all.contains("," + labels[i] + "=\"" + labels[i + 1] + "\",")) {
                return false;
            }
        }
        return true;
    }
}
