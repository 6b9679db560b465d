package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the claims of one token, whose signature is good, must be. */
final class ClaimRules {

    private static final int LONGEST_TEXT = 255;

    private final Trust trust;
    private final ObjectNode claims;
    private final Expect expect;
    private final Times times;

    /** @param now seconds since the epoch */
    ClaimRules(Trust trust, ObjectNode claims, Expect expect, long now) {
        this.trust = trust;
        this.claims = claims;
        this.expect = expect;
        this.times = new Times(trust, claims, now);
    }

    /**
     * All checks from SUBJECT on, in their order, without using up the {@code jti}.
     *
     * @param ownIssuer tells this realm's own name
     */
    ForeignToken judge(Predicate<String> ownIssuer) {
        String subject = subject();
        type(ownIssuer);
        long expiresAt = times.judge();
        audience();
        nonce();
        signInProvider();
        Optional<String> jti = jti();
        userData(subject);
        return new ForeignToken(trust, subject, claims, jti, expiresAt);
    }

    /** A foreign user's id becomes a key in the database, so nothing may be in it that a database folds or drops. */
    private String subject() {
        Optional<String> subject = text(claims, "sub")
                .filter(value -> !value.isEmpty() && value.length() <= LONGEST_TEXT)
                .filter(value -> value.equals(value.strip()))
                .filter(value -> value.codePoints().noneMatch(ClaimRules::unfit));
        return subject.orElseThrow(
                () -> rejected(Check.SUBJECT, "1 to 255 characters, none a control character", found("sub")));
    }

    private static boolean unfit(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    /**
     * Keycloak writes what a token is for into a claim (ID, Refresh, Bearer, Logout, an action's name …), others into the
     * header. Whatever says that it is for something else is not taken, nor what this very realm has issued.
     */
    private void type(Predicate<String> ownIssuer) {
        if (claims.has("typ")
                && text(claims, "typ").filter(ClaimRules::isPlainJwt).isEmpty()) {
            throw rejected(Check.TYPE, "no claim typ", found("typ"));
        }
        if (claims.has("events")) { // OpenID Connect Back-Channel Logout section 2.4, RFC 8417
            throw rejected(Check.TYPE, "no claim events", "events");
        }
        if (text(claims, "iss").filter(ownIssuer).isPresent()) {
            throw rejected(Check.TYPE, "a foreign issuer", found("iss"));
        }
    }

    private static boolean isPlainJwt(String type) {
        return type.toLowerCase(Locale.ROOT).equals("jwt");
    }

    /** The one that must be named where the issuer is not the project itself, else a token for another app would do. */
    private void audience() {
        Set<String> found = audiences();
        Set<String> wanted = wantedAudiences();
        if (!wanted.isEmpty() && found.stream().noneMatch(wanted::contains)) {
            throw rejected(Check.AUDIENCE, String.join(", ", wanted), found("aud"));
        }
    }

    private Set<String> wantedAudiences() {
        Set<String> project = Set.of(trust.projectId());
        if (trust.preset() == Trust.Preset.FIREBASE) {
            return project;
        }
        if (!trust.audiences().isEmpty()) {
            return trust.audiences();
        }
        boolean ownIssuer =
                trust.preset() == Trust.Preset.GENERIC && text(claims, "iss").equals(Optional.of(trust.projectId()));
        return ownIssuer ? Set.of() : project;
    }

    private Set<String> audiences() {
        @Nullable JsonNode aud = claims.get("aud");
        if (aud == null) {
            return Set.of();
        }
        List<JsonNode> members = aud.isArray() ? List.copyOf(aud.valueStream().toList()) : List.of(aud);
        if (!members.stream()
                .allMatch(member -> member.isTextual() && !member.textValue().isEmpty())) {
            throw rejected(Check.AUDIENCE, "a text or an array of texts", found("aud"));
        }
        return members.stream().map(JsonNode::textValue).collect(Collectors.toSet());
    }

    /** T22. A nonce ties a token to one sign-in, so it counts wherever either side has one. */
    private void nonce() {
        if (!claims.has("nonce") && expect.nonce().isEmpty()) {
            return;
        }
        if (expect.mode() == Expect.Mode.EXPLAIN && trust.preset() != Trust.Preset.GENERIC) {
            return; // the admin doesn't know it, and the request that brings such a token does
        }
        byte[] wanted = bytes(expect.nonce());
        byte[] sent = bytes(text(claims, "nonce"));
        if (wanted.length == 0 || !MessageDigest.isEqual(wanted, sent)) {
            throw Rejection.of(Check.NONCE);
        }
    }

    private static byte[] bytes(Optional<String> text) {
        return text.orElse("").getBytes(StandardCharsets.UTF_8);
    }

    private void signInProvider() {
        if (trust.preset() != Trust.Preset.FIREBASE || trust.signInProviders().isEmpty()) {
            return;
        }
        Optional<String> found = Optional.ofNullable(claims.get("firebase"))
                .filter(ObjectNode.class::isInstance)
                .flatMap(firebase -> text((ObjectNode) firebase, "sign_in_provider"));
        if (found.filter(trust.signInProviders()::contains).isEmpty()) {
            throw rejected(Check.SIGN_IN_PROVIDER, String.join(", ", trust.signInProviders()), found.orElse(""));
        }
    }

    private Optional<String> jti() {
        if (!claims.has("jti") && trust.jti() == Trust.JtiPolicy.WHERE_PRESENT) {
            return Optional.empty();
        }
        Optional<String> jti = text(claims, "jti").filter(value -> !value.isEmpty() && value.length() <= LONGEST_TEXT);
        if (jti.isEmpty()) {
            throw rejected(Check.JTI, "1 to 255 characters", found("jti"));
        }
        return jti;
    }

    private void userData(String subject) {
        @Nullable JsonNode data = claims.get("userData");
        if (data == null) {
            return;
        }
        if (!(data instanceof ObjectNode user)) {
            throw rejected(Check.USER_DATA, "an object", data.getNodeType().name());
        }
        if (user.has("id") && !text(user, "id").equals(Optional.of(subject))) {
            throw rejected(Check.USER_DATA, subject, user.path("id").asText());
        }
    }

    private static Optional<String> text(ObjectNode object, String name) {
        return Optional.ofNullable(object.get(name)).map(JsonNode::textValue);
    }

    private String found(String name) {
        @Nullable JsonNode value = claims.get(name);
        return value == null ? "" : value.toString();
    }

    private static Rejection rejected(Check check, String expected, String found) {
        return Rejection.of(check, expected, found);
    }
}
