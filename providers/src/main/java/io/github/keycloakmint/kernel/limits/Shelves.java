package io.github.keycloakmint.kernel.limits;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of places for what is counted by key. A key has one shelf of {@value #SHELF} places to stand on; where they
 * are all taken, the newcomer has the place of the one that has used up least of its own, since forgetting that one gives
 * away least. Whoever has used up more than half keeps his place: a flood of new keys frees nobody. Where that is so of a whole
 * shelf, the newcomer shares an item with others who come too late.
 *
 * <p>Kept is a hash of 128 bits over a secret of this node's and the key: long keys cost no memory, and nobody can choose keys
 * that fall on one shelf.
 */
public final class Shelves<I extends Shelves.Item> {

    private static final int SHELF = 8;
    private static final int LARGEST = 1 << 22;
    private static final double KEPT_BELOW = 0.5;
    private static final int SECRET_BYTES = 32;

    /** Also the number of items of one sort that latecomers share. */
    private static final int LOCKS = 64;

    /** Sorts are made by admins, not by callers. */
    private static final int MOST_SHARED = 100 * LOCKS;

    private static final MessageDigest SHA_256 = sha256();

    /** What stands in a place. */
    public interface Item {

        /** How much is left: from 1, as if it was new, to 0, or below. */
        double left();

        /** What has to be equal for one item to do for two callers: its limit. */
        Object sort();
    }

    private record Place<I>(long high, long low, I item) {
        boolean of(Hash hash) {
            return high == hash.high() && low == hash.low();
        }
    }

    private record Hash(long high, long low) {}

    private record Shared(int lock, Object sort) {}

    private final byte[] secret = new byte[SECRET_BYTES];
    private final Object[] locks = Stream.generate(Object::new).limit(LOCKS).toArray();
    private final AtomicReferenceArray<@Nullable Place<I>> places;
    private final Map<Shared, I> shared = new ConcurrentHashMap<>();
    private final int shelves;

    /** @param most items at once; rounded up to a power of two */
    public Shelves(int most) {
        if (most < SHELF || most > LARGEST) {
            throw new IllegalArgumentException("from " + SHELF + " to " + LARGEST);
        }
        new SecureRandom().nextBytes(secret);
        this.shelves = (Integer.highestOneBit(most - 1) << 1) / SHELF;
        this.places = new AtomicReferenceArray<>(shelves * SHELF);
    }

    /**
     * The item of {@code key}, made where there is none of this sort.
     *
     * @param made makes one of {@code sort}
     */
    public I get(String key, Object sort, Supplier<I> made) {
        Hash hash = hash(key);
        int shelf = (int) Math.floorMod(hash.high(), (long) shelves);
        for (int i = shelf * SHELF; i < (shelf + 1) * SHELF; i++) {
            @Nullable Place<I> place = places.get(i);
            if (place != null && place.of(hash) && place.item().sort().equals(sort)) {
                return place.item();
            }
        }
        return placed(hash, shelf, sort, made);
    }

    /** Two who come at once with one key get one place: those of a shelf are given away one after the other. */
    private I placed(Hash hash, int shelf, Object sort, Supplier<I> made) {
        synchronized (locks[shelf % LOCKS]) {
            int best = -1;
            double most = KEPT_BELOW;
            for (int i = shelf * SHELF; i < (shelf + 1) * SHELF; i++) {
                @Nullable Place<I> place = places.get(i);
                if (place == null) {
                    // places are taken from the first on and never emptied: nobody stands behind this one
                    return put(i, hash, made.get());
                }
                if (place.of(hash)) {
                    return place.item().sort().equals(sort) ? place.item() : put(i, hash, made.get());
                }
                double left = place.item().left();
                if (left >= most) {
                    best = i;
                    most = left;
                }
            }
            return best < 0 ? late(shelf, sort, made) : put(best, hash, made.get());
        }
    }

    private I put(int place, Hash hash, I item) {
        places.set(place, new Place<>(hash.high(), hash.low(), item));
        return item;
    }

    private I late(int shelf, Object sort, Supplier<I> made) {
        if (shared.size() >= MOST_SHARED) {
            shared.clear();
        }
        return shared.computeIfAbsent(new Shared(shelf % LOCKS, sort), missing -> made.get());
    }

    private Hash hash(String key) {
        MessageDigest digest = fresh();
        digest.update(secret);
        ByteBuffer hash = ByteBuffer.wrap(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
        return new Hash(hash.getLong(), hash.getLong());
    }

    /** A copy costs less than asking Java's providers, and this runs several times a call. */
    private static MessageDigest fresh() {
        try {
            return (MessageDigest) SHA_256.clone();
        } catch (CloneNotSupportedException e) {
            return sha256();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
