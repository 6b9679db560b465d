package io.github.keycloakmint.kernel.audit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventType;

/**
 * What the audit will say of one call. Capabilities put in what they learn on the way; never a token, a secret, a password
 * or a key. A value that came from the caller is put in only after it was validated.
 */
public final class CallRecord {

    private final String capability;
    private final String realmId;
    private final String realm;
    private final String ip;
    private final long startedNanos = System.nanoTime();
    private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    private boolean stranger;
    private boolean quiet;
    private @Nullable EventType event;
    private @Nullable String sessionId;
    private @Nullable String clientId;
    private @Nullable String userId;

    /** @param realmId keys what is kept per realm (T10); {@code realm} is its name, for people */
    public CallRecord(String capability, String realmId, String realm, String ip) {
        this.capability = capability;
        this.realmId = realmId;
        this.realm = realm;
        this.ip = ip;
    }

    /** The Keycloak event that this call is, if it is one: admin calls leave admin events instead. */
    public void event(EventType type) {
        this.event = type;
    }

    /**
     * Until {@link #recognised} the call is a stranger's: whatever becomes of it, it leaves no event, and its line goes through
     * the flood gate (T11).
     */
    public void byStranger() {
        stranger = true;
    }

    /** The caller has shown something that only he can have: a signed token, a session. */
    public void recognised() {
        stranger = false;
    }

    /** Counted, and logged at DEBUG (contract section 2): for calls that grant nothing and come by the thousand. */
    public void quietly() {
        quiet = true;
    }

    boolean quiet() {
        return quiet;
    }

    boolean strangers() {
        return stranger;
    }

    /** A field of the line and a detail of the event. Null says: not known. */
    public void put(String name, @Nullable Object value) {
        fields.put(name, value);
    }

    public void client(String id) {
        this.clientId = id;
        put("caller", id);
    }

    public void user(String id) {
        this.userId = id;
    }

    /** The user session that the call started or used. */
    public void session(String id) {
        this.sessionId = id;
    }

    /** Why a call was refused: a short word for admins, never shown to the caller. */
    public void cause(String cause) {
        put("cause", cause);
    }

    public String capability() {
        return capability;
    }

    String realmId() {
        return realmId;
    }

    String realm() {
        return realm;
    }

    public String ip() {
        return ip;
    }

    public long startedNanos() {
        return startedNanos;
    }

    Map<String, @Nullable Object> fields() {
        return fields;
    }

    Optional<EventType> event() {
        return Optional.ofNullable(event);
    }

    Optional<String> clientId() {
        return Optional.ofNullable(clientId);
    }

    Optional<String> sessionId() {
        return Optional.ofNullable(sessionId);
    }

    Optional<String> userId() {
        return Optional.ofNullable(userId);
    }
}
