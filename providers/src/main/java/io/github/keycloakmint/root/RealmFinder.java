package io.github.keycloakmint.root;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.kernel.http.RequestBody;
import io.github.keycloakmint.kernel.keycloak.Issuers;
import io.github.keycloakmint.kernel.keycloak.PlatformIndex;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Finds the realm of a call that names none (contract section 1): by project id in the path, {@code platformId} in the
 * body, the bearer's issuer, the host, else the configured default. Whatever leads to a realm, the server's configuration
 * has to list that realm, and the realm itself has to claim the id or host (T16). Finding a realm grants nothing: the
 * capability judges the call there as if it had come by the realm's own path.
 */
final class RealmFinder {

    private final KeycloakSession session;
    private final RootSettings settings;

    RealmFinder(KeycloakSession session, RootSettings settings) {
        this.session = session;
        this.settings = settings;
    }

    /** By a project id: the realm's {@code mint.project-id}, or its name where it has none. */
    Optional<RealmModel> byProject(String projectId) {
        List<RealmModel> claimants = reachable()
                .filter(realm -> projectId.equals(Optional.ofNullable(realm.getAttribute("mint.project-id"))
                        .orElse(realm.getName())))
                .limit(2)
                .toList();
        return claimants.size() == 1 ? Optional.of(claimants.get(0)) : Optional.empty();
    }

    Optional<RealmModel> byCall(RequestBody body) {
        return byPlatform(body).or(this::byIssuer).or(this::byHost).or(this::byDefault);
    }

    /**
     * By the host, else the configured default: for what is the same for everybody who asks there, and for what is asked whether
     * somebody may pass, since his own bearer would lead to the realm that he likes (T10).
     */
    Optional<RealmModel> byPlace() {
        return byHost().or(this::byDefault);
    }

    private Optional<RealmModel> byPlatform(RequestBody body) {
        return body.peek()
                .flatMap(RealmFinder::platformId)
                .flatMap(id -> PlatformIndex.INSTANCE.find(session, id))
                .map(PlatformIndex.Platform::realmId)
                .map(session.realms()::getRealm)
                .filter(this::reachable);
    }

    private static Optional<Long> platformId(ObjectNode body) {
        return Optional.ofNullable(body.get("platformId"))
                .filter(node -> node.isIntegralNumber() && node.canConvertToLong())
                .map(node -> node.longValue());
    }

    private Optional<RealmModel> byIssuer() {
        return headers(HttpHeaders.AUTHORIZATION)
                .flatMap(value -> Stream.of("Bearer ", "DPoP ")
                        .filter(scheme -> value.regionMatches(true, 0, scheme, 0, scheme.length()))
                        .map(scheme -> value.substring(scheme.length()).trim()))
                .findFirst()
                .flatMap(Issuers::realmName)
                // an unverified name asks the database only where the configuration lists it
                .filter(settings::reaches)
                .map(session.realms()::getRealmByName);
    }

    private Optional<RealmModel> byHost() {
        String host = Optional.ofNullable(
                        session.getContext().getUri().getBaseUri().getHost())
                .orElse("")
                .toLowerCase(Locale.ROOT);
        return Optional.ofNullable(settings.hosts().get(host))
                .map(session.realms()::getRealmByName)
                .filter(this::reachable)
                .filter(realm -> Optional.ofNullable(realm.getAttribute("mint.hosts")).stream()
                        .flatMap(hosts -> Arrays.stream(hosts.split(",", -1)))
                        .anyMatch(claimed -> claimed.trim().equalsIgnoreCase(host)));
    }

    private Optional<RealmModel> byDefault() {
        return settings.defaultRealm().map(session.realms()::getRealmByName);
    }

    private Stream<RealmModel> reachable() {
        return settings.realms().contains("*")
                ? session.realms().getRealmsStream()
                : settings.realms().stream()
                        .map(session.realms()::getRealmByName)
                        .flatMap(realm -> Optional.ofNullable(realm).stream());
    }

    private boolean reachable(RealmModel realm) {
        return settings.reaches(realm.getName());
    }

    private Stream<String> headers(String name) {
        List<String> values =
                session.getContext().getHttpRequest().getHttpHeaders().getRequestHeader(name);
        return values == null ? Stream.empty() : values.stream();
    }
}
