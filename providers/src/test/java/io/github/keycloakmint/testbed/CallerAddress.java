package io.github.keycloakmint.testbed;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks the server itself which address we come from: engines differ in what a container sees (a bridge's gateway, a
 * proxy in a VM), and Keycloak logs the address of every failed login.
 */
final class CallerAddress {

    private static final Map<URI, String> KNOWN = new ConcurrentHashMap<>();

    private CallerAddress() {}

    static String of(KeycloakServer server) {
        return KNOWN.computeIfAbsent(server.baseUrl(), ignored -> probe(server));
    }

    private static String probe(KeycloakServer server) {
        String nobody = "caller-" + Random.name();
        Http.post(server.url("/realms/master/protocol/openid-connect/token"))
                .form(Map.of("grant_type", "password", "client_id", "admin-cli", "username", nobody, "password", "-"))
                .send();
        Pattern line = Pattern.compile("ipAddress=\"([^\"]+)\"[^\\n]*username=\"" + nobody + "\"");
        return Poll.until("the failed login's address in the log", Duration.ofSeconds(10), () -> {
            Matcher matcher = line.matcher(server.log());
            return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
        });
    }
}
