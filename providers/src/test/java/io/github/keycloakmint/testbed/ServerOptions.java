package io.github.keycloakmint.testbed;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a server is started. Immutable: every method returns a changed copy.
 *
 * @param options command line options, name (with dashes) to value
 * @param environment environment variables of the server alone
 * @param relativePath http-relative-path, empty for none
 * @param realms realm files to import at the start
 * @param logLevel Keycloak's log-level option
 */
public record ServerOptions(
        Map<String, String> options,
        Map<String, String> environment,
        String relativePath,
        List<Path> realms,
        String logLevel,
        String adminUser,
        String adminPassword) {

    public static final String SECRET_VARIABLE = "TRIBE_SERVICE_MINT_SECRET";
    public static final String PREVIOUS_SECRET_VARIABLE = "TRIBE_SERVICE_MINT_SECRET_PREVIOUS";

    /** The shared secret and its predecessor as this server knows them; null where it has none. */
    public record SharedSecrets(String current, String previous) {}

    public ServerOptions {
        options = Map.copyOf(options);
        environment = Map.copyOf(environment);
        realms = List.copyOf(realms);
    }

    /** What the shared server of a test run has: everything on, in every realm, with fresh secrets. */
    public static ServerOptions forTests() {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("--spi-mint-capability--token-for-email--shared-secret-realms", "*");
        options.put("--spi-mint-capability--root--active", "true");
        options.put("--spi-mint-capability--root--realms", "*");
        options.put("--spi-mint-capability--api-keys--flush-seconds", "1");
        // so that what is purged can be seen to go
        options.put("--spi-mint-capability--api-keys--purge-seconds", "2");
        options.put("--spi-mint-capability--api-keys--retention-days", "0");
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put(SECRET_VARIABLE, Random.secret());
        environment.put(PREVIOUS_SECRET_VARIABLE, Random.secret());
        return new ServerOptions(options, environment, "", List.of(), "info", "admin", Random.secret());
    }

    /** Keycloak with the jar and nothing switched on: what a deployer has before reading anything. */
    public static ServerOptions bare() {
        return new ServerOptions(Map.of(), Map.of(), "", List.of(), "info", "admin", Random.secret());
    }

    public SharedSecrets sharedSecrets() {
        return new SharedSecrets(environment.get(SECRET_VARIABLE), environment.get(PREVIOUS_SECRET_VARIABLE));
    }

    public ServerOptions with(String option, String value) {
        Map<String, String> changed = new LinkedHashMap<>(options);
        changed.put(option, value);
        return new ServerOptions(changed, environment, relativePath, realms, logLevel, adminUser, adminPassword);
    }

    public ServerOptions without(String option) {
        Map<String, String> changed = new LinkedHashMap<>(options);
        changed.remove(option);
        return new ServerOptions(changed, environment, relativePath, realms, logLevel, adminUser, adminPassword);
    }

    /** A null value takes the variable away. */
    public ServerOptions withEnvironment(String name, String value) {
        Map<String, String> changed = new LinkedHashMap<>(environment);
        if (value == null) {
            changed.remove(name);
        } else {
            changed.put(name, value);
        }
        return new ServerOptions(options, changed, relativePath, realms, logLevel, adminUser, adminPassword);
    }

    /** Starts with a slash and ends without one. */
    public ServerOptions withRelativePath(String path) {
        return new ServerOptions(options, environment, path, realms, logLevel, adminUser, adminPassword);
    }

    public ServerOptions withRealm(Path file) {
        List<Path> changed = new ArrayList<>(realms);
        changed.add(file);
        return new ServerOptions(options, environment, relativePath, changed, logLevel, adminUser, adminPassword);
    }

    public ServerOptions withLogLevel(String level) {
        return new ServerOptions(options, environment, relativePath, realms, level, adminUser, adminPassword);
    }

    /** The options that both backends pass on; addresses and ports are the backends' own. */
    List<String> arguments() {
        Map<String, String> all = new TreeMap<>(options);
        all.putIfAbsent("--health-enabled", "true");
        all.putIfAbsent("--metrics-enabled", "true");
        all.putIfAbsent("--event-metrics-user-enabled", "true");
        all.putIfAbsent("--log-level", logLevel);
        List<String> arguments = new ArrayList<>();
        all.forEach((name, value) -> arguments.add(name + "=" + value));
        if (!realms.isEmpty()) {
            arguments.add("--import-realm");
        }
        return arguments;
    }
}
