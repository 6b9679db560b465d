package io.github.keycloakmint.kernel.limits;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of places for what is counted by key. A key has one shelf of {@value #SHELF} places to stand on; where they
 * are all taken, the newcomer has the place of the one that has most left, since forgetting that one gives away least. So
 * nobody who comes is refused for want of a place, whatever came before him.
 *
 * <p>What that gives away: whoever wants one used-up item forgotten has to use up seven others on its shelf first, and as nobody can
 * choose keys that fall on one shelf, about as many others as there are places. Who has used up less is forgotten by a flood of
 * new keys, and has what he used of his limit once more.
 *
 * <p>No realm has more than half of a shelf while keys of others come to stand there: an admin of one realm, who may set what
 * limits he likes, can't have those of another forgotten (T10).
 *
 * <p>Kept is a hash of 128 bits over a secret of this node's and the key: long keys cost no memory.
 */
public final class Shelves<I extends Shelves.Item> {

    private static final int SHELF = 8;
    private static final int LARGEST = 1 << 22;
    private static final double HALF = 0.5;
    private static final int SECRET_BYTES = 32;
    private static final int LOCKS = 64;

    /** What ends the realm's id, with which a key begins (T10). */
    private static final char REALM_ENDS = '|';

    /** What stands in a place. */
    public interface Item {

        /** How much is left: from 1, as if it was new, to 0, or below. */
        double left();

        /** What has to be equal for one item to do for two callers: its limit. */
        Object sort();
    }

    /** @param realm tells realms apart within a shelf */
    private record Place<I>(long high, long low, int realm, I item) {
        boolean of(Hash hash) {
            return high == hash.high() && low == hash.low();
        }
    }

    private record Hash(long high, long low) {}

    private record Newcomer(Hash hash, int realm) {}

    private final byte[] secret = new byte[SECRET_BYTES];
    private final Object[] locks = Stream.generate(Object::new).limit(LOCKS).toArray();
    private final AtomicReferenceArray<@Nullable Place<I>> places;
    private final int shelves;
    private final Runnable forgotten;

    /** @param most items at once; rounded up to a power of two */
    public Shelves(int most) {
        this(most, () -> {});
    }

    /**
     * As {@link #Shelves(int)}.
     *
     * @param forgotten is told of each item that is forgotten with less than half left
     */
    public Shelves(int most, Runnable forgotten) {
        if (most < SHELF || most > LARGEST) {
            throw new IllegalArgumentException("from " + SHELF + " to " + LARGEST);
        }
        new SecureRandom().nextBytes(secret);
        this.forgotten = forgotten;
        this.shelves = (Integer.highestOneBit(most - 1) << 1) / SHELF;
        this.places = new AtomicReferenceArray<>(shelves * SHELF);
    }

    /**
     * The item of {@code key}, made where there is none of this sort.
     *
     * @param key begins with the realm's id and a bar
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
        return placed(new Newcomer(hash, realm(key)), shelf, sort, made);
    }

    /** Two who come at once with one key get one place: those of a shelf are given away one after the other. */
    private I placed(Newcomer newcomer, int shelf, Object sort, Supplier<I> made) {
        synchronized (locks[shelf % LOCKS]) {
            List<Place<I>> standing = new ArrayList<>(SHELF);
            for (int i = shelf * SHELF; i < (shelf + 1) * SHELF; i++) {
                @Nullable Place<I> place = places.get(i);
                if (place == null) {
                    // places are taken from the first on and never emptied: nobody stands behind this one
                    return put(i, newcomer, made.get());
                }
                if (place.of(newcomer.hash())) {
                    return place.item().sort().equals(sort) ? place.item() : put(i, newcomer, made.get());
                }
                standing.add(place);
            }
            return put(shelf * SHELF + leaving(standing, newcomer.realm()), newcomer, made.get());
        }
    }

    /** Which of a full shelf is forgotten: one of the realm that would have more than half of it, else of all. */
    private int leaving(List<Place<I>> standing, int newcomersRealm) {
        int best = 0;
        double most = Double.NEGATIVE_INFINITY;
        boolean crowded = false;
        for (int i = 0; i < standing.size(); i++) {
            Place<I> place = standing.get(i);
            boolean crowds = share(standing, newcomersRealm, place.realm()) > SHELF / 2;
            if (crowds && !crowded) {
                crowded = true;
                most = Double.NEGATIVE_INFINITY;
            }
            double left = crowds == crowded ? place.item().left() : Double.NEGATIVE_INFINITY;
            if (left > most) {
                best = i;
                most = left;
            }
        }
        if (most < HALF) {
            forgotten.run();
        }
        return best;
    }

    private static <I> int share(List<Place<I>> standing, int newcomersRealm, int realm) {
        int share = newcomersRealm == realm ? 1 : 0;
        for (Place<I> place : standing) {
            share += place.realm() == realm ? 1 : 0;
        }
        return share;
    }

    private I put(int place, Newcomer newcomer, I item) {
        places.set(place, new Place<>(newcomer.hash().high(), newcomer.hash().low(), newcomer.realm(), item));
        return item;
    }

    private static int realm(String key) {
        int end = key.indexOf(REALM_ENDS);
        return key.substring(0, Math.max(end, 0)).hashCode();
    }

    private Hash hash(String key) {
        MessageDigest digest = Sha256.fresh();
        digest.update(secret);
        ByteBuffer hash = ByteBuffer.wrap(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
        return new Hash(hash.getLong(), hash.getLong());
    }
}
