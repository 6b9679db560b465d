package io.github.keycloakmint.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.keycloakmint.kernel.keycloak.ForwardedIdentity;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Signs who calls for the app behind the proxy (T35), which can check it without asking and without believing its network.
 * What was signed is kept for a few seconds, since a page makes many calls and a signature is most of what one costs.
 */
final class IdentityJwt {

    /** Seconds for which one is given out again; it has to be good for a while when it arrives. */
    private static final int REUSED = 5;

    private static final int KEPT = 10_000;

    /** All that a token says but when: equal ones are one token. Begins with the realm's id (T10). */
    private record Content(
            String realmId,
            String base,
            String audience,
            String subject,
            @Nullable String email,
            @Nullable Object act,
            Rights rights,
            String clientId,
            @Nullable Long notAfter) {}

    private final Cache<Content, String> made = Caffeine.newBuilder()
            .maximumSize(KEPT)
            .expireAfterWrite(Duration.ofSeconds(REUSED))
            .build();

    private final int seconds;

    IdentityJwt(int seconds) {
        this.seconds = seconds;
    }

    String of(KeycloakSession session, RealmModel realm, Identity identity, Rights rights, String audience) {
        Content content = new Content(
                realm.getId(),
                session.getContext().getUri().getBaseUri().toString(),
                audience,
                identity.user().getId(),
                identity.email().orElse(null),
                identity.act(),
                rights,
                identity.client().getClientId(),
                identity.expiresAt().orElse(null));
        String known = made.getIfPresent(content);
        if (known == null) {
            known = sign(session, realm, content);
            made.put(content, known);
        }
        return known;
    }

    private String sign(KeycloakSession session, RealmModel realm, Content content) {
        long now = Time.currentTime();
        long end = Math.min(now + seconds, Objects.requireNonNullElse(content.notAfter(), Long.MAX_VALUE));
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("sub", content.subject());
        claims.put("iat", now);
        claims.put("exp", end);
        claims.put("client_id", content.clientId());
        put(claims, "email", content.email());
        put(claims, "act", content.act());
        put(claims, "account_id", content.rights().accountId().orElse(null));
        put(claims, "role", content.rights().role().orElse(null));
        claims.put("permissions", content.rights().permissions());
        return ForwardedIdentity.sign(session, realm, content.audience(), claims);
    }

    private static void put(Map<String, Object> claims, String name, @Nullable Object value) {
        Optional.ofNullable(value).ifPresent(known -> claims.put(name, known));
    }
}
