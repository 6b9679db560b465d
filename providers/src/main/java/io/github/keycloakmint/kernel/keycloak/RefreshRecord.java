package io.github.keycloakmint.kernel.keycloak;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.representations.RefreshToken;

/**
 * The newest refresh token of a chain as the client's session remembers it: enough to make it again, and no token. It is
 * kept in notes, which are stored with the session and end with it. There is a fixed number of places for them: chains
 * are as many as a browser signs in within one session, and Keycloak's store can't take a note away.
 *
 * @param began when the chain's first token was issued, in seconds
 * @param issuedMillis when this one was
 * @param expires 0 for an offline token without an end
 */
record RefreshRecord(String chain, int generation, long began, String id, long issuedMillis, long expires) {

    private static final int PLACES = 16;
    private static final String PLACE = "mint.refresh.";
    /** Chains that began by then, and have no record, had theirs taken by another. */
    private static final String FORGOTTEN = "mint.refresh.forgotten";

    static Optional<RefreshRecord> find(Map<String, String> notes, String chain) {
        return IntStream.range(0, PLACES)
                .mapToObj(place -> at(notes, place))
                .flatMap(Optional::stream)
                .filter(record -> record.chain.equals(chain))
                .findFirst();
    }

    /** What is remembered of {@code token} as successor of {@code old}. */
    static RefreshRecord of(RefreshPlace place, RefreshToken token, long began) {
        long expires = Optional.ofNullable(token.getExp()).orElse(0L);
        return new RefreshRecord(
                place.chain(), place.generation(), began, token.getId(), Time.currentTimeMillis(), expires);
    }

    /** True where nothing can be said of a chain that began then and has no record. */
    static boolean forgotten(Map<String, String> notes, long began) {
        @Nullable String until = notes.get(FORGOTTEN);
        return until != null && began <= Long.parseLong(until);
    }

    /** @param notes of that session as they are stored */
    void putInto(AuthenticatedClientSessionModel clientSession, Map<String, String> notes) {
        clientSession.setNote(PLACE + place(clientSession, notes), text());
    }

    /** Its own place, else a free one, else that of the chain used longest ago. */
    private int place(AuthenticatedClientSessionModel clientSession, Map<String, String> notes) {
        int start = Math.floorMod(chain.hashCode(), PLACES);
        int[] places = IntStream.range(0, PLACES).map(i -> (start + i) % PLACES).toArray();
        for (int place : places) {
            if (at(notes, place).filter(record -> record.chain.equals(chain)).isPresent()) {
                return place;
            }
        }
        for (int place : places) {
            if (at(notes, place).isEmpty()) {
                return place;
            }
        }
        int oldest = IntStream.of(places)
                .boxed()
                .min(Comparator.comparingLong(place -> at(notes, place).orElseThrow().issuedMillis))
                .orElseThrow();
        long began = at(notes, oldest).orElseThrow().began;
        if (!forgotten(notes, began)) {
            clientSession.setNote(FORGOTTEN, Long.toString(began));
        }
        return oldest;
    }

    private static Optional<RefreshRecord> at(Map<String, String> notes, int place) {
        return Optional.ofNullable(notes.get(PLACE + place)).map(RefreshRecord::of);
    }

    private static RefreshRecord of(String text) {
        String[] parts = text.split("~", -1);
        return new RefreshRecord(
                parts[0],
                Integer.parseInt(parts[1]),
                Long.parseLong(parts[2]),
                parts[3],
                Long.parseLong(parts[4]),
                Long.parseLong(parts[5]));
    }

    private String text() {
        return String.join(
                "~",
                chain,
                Integer.toString(generation),
                Long.toString(began),
                id,
                Long.toString(issuedMillis),
                Long.toString(expires));
    }

    /** Makes {@code token} the one that is remembered. */
    void putInto(RefreshToken token) {
        token.id(id);
        token.iat(issuedMillis / 1000);
        token.exp(expires == 0 ? null : expires);
    }
}
