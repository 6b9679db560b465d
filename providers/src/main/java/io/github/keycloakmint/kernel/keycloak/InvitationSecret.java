package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.UrlBase64;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The random part of an invitation's token, which only the mail has: {@code <invitation id>.<secret>}. Its 256 bits need no
 * slow hash, since nobody can go through them.
 */
final class InvitationSecret {

    static final int LENGTH = 32;

    private static final Pattern TOKEN = Pattern.compile("([0-9a-f-]{36})\\.([A-Za-z0-9_-]{43})");

    private final byte[] bytes;

    private InvitationSecret(byte[] bytes) {
        this.bytes = bytes.clone();
    }

    static InvitationSecret of(byte[] bytes) {
        return new InvitationSecret(bytes);
    }

    record Parsed(String invitationId, InvitationSecret secret) {}

    /** Empty for anything but the one spelling. */
    static Optional<Parsed> parse(String token) {
        Matcher matcher = TOKEN.matcher(token);
        return matcher.matches()
                ? UrlBase64.decode(matcher.group(2))
                        .map(bytes -> new Parsed(matcher.group(1), new InvitationSecret(bytes)))
                : Optional.empty();
    }

    String token(String invitationId) {
        return invitationId + "." + UrlBase64.encode(bytes);
    }

    String hash() {
        try {
            return UrlBase64.encode(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** In a time that does not depend on where the two differ. */
    boolean matches(String hash) {
        return MessageDigest.isEqual(
                hash().getBytes(StandardCharsets.US_ASCII), hash.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
