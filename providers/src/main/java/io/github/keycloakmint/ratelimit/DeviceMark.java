package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.UrlBase64;
import io.github.keycloakmint.kernel.keycloak.DerivedKeys;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Says that a device was signed in with, and by whom to nobody who doesn't know already: a random id, the time, and a
 * signature over both and over what it is bound to, none of which is in it.
 *
 * @param id random, new with each sign-in: what the tries of the device are counted under
 * @param issued seconds since the epoch
 */
record DeviceMark(byte[] id, long issued, byte[] signature) {

    private static final int ID = 16;
    private static final int PAYLOAD = ID + Long.BYTES;
    private static final int BYTES = PAYLOAD + 32;
    /** Characters of a mark. */
    static final int LENGTH = (BYTES * 4 + 2) / 3;

    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * What has to be as it was when the mark was made. The realm is in the key.
     *
     * @param door where the device signed in
     * @param password which one it was (T27, T32)
     */
    record Binding(String door, String userId, String password, String email) {

        byte[] bytes() {
            List<byte[]> parts = List.of(door, userId, password, email).stream()
                    .map(part -> part.getBytes(StandardCharsets.UTF_8))
                    .toList();
            ByteBuffer buffer = ByteBuffer.allocate(
                    parts.stream().mapToInt(part -> Integer.BYTES + part.length).sum());
            // each with its length before it, so that they can't be cut otherwise
            parts.forEach(part -> buffer.putInt(part.length).put(part));
            return buffer.array();
        }
    }

    static DeviceMark make(byte[] key, Binding binding, long now) {
        byte[] id = new byte[ID];
        RANDOM.nextBytes(id);
        return new DeviceMark(id, now, signature(key, id, now, binding));
    }

    /** Empty for what has not the form of one. */
    static Optional<DeviceMark> parse(String text) {
        return (text.length() == LENGTH ? UrlBase64.decode(text) : Optional.<byte[]>empty())
                .map(bytes -> new DeviceMark(
                        Arrays.copyOf(bytes, ID),
                        ByteBuffer.wrap(bytes, ID, Long.BYTES).getLong(),
                        Arrays.copyOfRange(bytes, PAYLOAD, BYTES)));
    }

    /** True where one of {@code keys} signed it for this. */
    boolean isFor(List<byte[]> keys, Binding binding) {
        return keys.stream().anyMatch(key -> MessageDigest.isEqual(signature(key, id, issued, binding), signature));
    }

    String text() {
        return UrlBase64.encode(ByteBuffer.allocate(BYTES)
                .put(id)
                .putLong(issued)
                .put(signature)
                .array());
    }

    private static byte[] signature(byte[] key, byte[] id, long issued, Binding binding) {
        byte[] payload = ByteBuffer.allocate(PAYLOAD).put(id).putLong(issued).array();
        return DerivedKeys.hmac(key, payload, binding.bytes());
    }

    @Override
    public String toString() {
        return "DeviceMark"; // gets into no log by accident
    }
}
