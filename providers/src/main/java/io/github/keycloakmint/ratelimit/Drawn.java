package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.Buckets;
import io.github.keycloakmint.kernel.limits.Shelves;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What a node holds of a bucket that all nodes share, and knows of it. Its monitor is held for moments; one of this
 * node asks the others for it at a time ({@link #mayAsk}).
 *
 * <p>While the others can't be asked it goes on from what it last knew: as one of so many nodes, each of which has its share of
 * what is left and of what comes back. That is a bucket of which each call takes the interval of all of them, so the difference
 * of the two numbers is what the others have to be told ({@link #owed}).
 */
final class Drawn implements Shelves.Item {

    /** For how long a bucket that had something left is believed to have, where nothing is taken. */
    private static final long BELIEVED = TimeUnit.SECONDS.toNanos(1);

    /** A wait of less than a millisecond may be none. */
    private static final long SHORTEST = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long NEVER = Long.MIN_VALUE;
    private static final long TENTH = 10;
    private static final long HUNDREDTH = 100;

    /** For how long who gives no answer may be one who only stands still: a full collection, a new view. */
    private static final long STALL = TimeUnit.SECONDS.toNanos(5);

    /** How a node counts by itself: one of so many, whether it only lost touch just now, and when it will ask again. */
    record Apart(int nodes, boolean stalled, Duration again) {}

    private final Buckets.Rate rate;
    private final Clocks clocks;
    private long calls;
    private long goodUntil;
    private long emptyUntil;
    private long believedUntil;

    /** When the bucket is full again, as the others last said. Read without the monitor by {@link #left}. */
    private volatile long seen = NEVER;

    /** The same of this node's share, while there is something to tell. */
    private volatile long apart = NEVER;

    private long apartSince;

    private int sharers = 1;
    private boolean unsure;

    // a lock of its own would take a third of its memory, and there are many of these
    private boolean asked;
    private int waiting;

    Drawn(Buckets.Rate rate, Clocks clocks) {
        this.rate = rate;
        this.clocks = clocks;
        long tick = clocks.tick();
        this.goodUntil = tick;
        this.emptyUntil = tick;
        this.believedUntil = tick;
    }

    /** Waits for nobody: it is asked with a lock in hand. */
    @Override
    public double left() {
        Cell cell = Cell.of(rate);
        long now = clocks.now();
        return 1 - (double) (cell.within(Math.max(seen, apart), now) - now) / cell.window();
    }

    @Override
    public Object sort() {
        return rate;
    }

    /** Whether nobody else of this node asks the others for this bucket: waits for that. */
    synchronized boolean mayAsk(Turn.Patience patience) {
        try {
            waiting++;
            for (long left = patience.left(); asked; left = patience.left()) {
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, SHORTEST));
            }
            asked = true;
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            waiting--;
        }
    }

    synchronized void hasAsked() {
        asked = false;
        notifyAll();
    }

    /**
     * How many to draw at once: a tenth of the limit, or what those need who wait for it. One where nobody said what became of the
     * last draw: it may have been taken all the same, and nobody has it.
     */
    synchronized long part() {
        return unsure ? 1 : Math.max(rate.calls() / TENTH, 1L + waiting);
    }

    /** Takes one of those that were drawn; empty where the others have to be asked. */
    synchronized Optional<Buckets.Taken> spend() {
        long tick = clocks.tick();
        if (calls > 0 && tick - goodUntil < 0) {
            calls--;
            return Optional.of(new Buckets.Taken(true, calls, Duration.ZERO));
        }
        return refused(tick);
    }

    /** What is known without asking. */
    synchronized Optional<Buckets.Taken> look() {
        long tick = clocks.tick();
        return tick - believedUntil < 0 ? Optional.of(new Buckets.Taken(true, 1, Duration.ZERO)) : refused(tick);
    }

    private Optional<Buckets.Taken> refused(long tick) {
        return tick - emptyUntil < 0
                ? Optional.of(new Buckets.Taken(false, 0, Duration.ofNanos(emptyUntil - tick)))
                : Optional.empty();
    }

    synchronized void draw(long drawn) {
        calls = drawn;
        goodUntil = clocks.tick() + Cell.of(rate).window();
    }

    synchronized void empty(long nanos) {
        emptyUntil = clocks.tick() + nanos;
    }

    synchronized void believe() {
        believedUntil = clocks.tick() + BELIEVED;
    }

    synchronized void doubt() {
        believedUntil = clocks.tick();
    }

    /** What the number is, unless another node has changed it: none where the bucket is full by now. */
    synchronized Optional<Long> guess(long now) {
        return seen > now ? Optional.of(seen) : Optional.empty();
    }

    /** Whether it is to be asked for before it is changed: the last guess was wrong, or nobody said what became of it. */
    synchronized boolean unsure() {
        return unsure;
    }

    synchronized void unsure(boolean is) {
        unsure = is;
    }

    /** @param told of what was owed, in {@code number} already */
    synchronized void sees(long number, long told, long now) {
        long rest = owed(now) - told;
        seen = number;
        apart = rest < Cell.of(rate).interval() ? NEVER : Math.max(number, now) + rest * sharers;
    }

    /** Nanoseconds by which the bucket is full later for what was taken here without telling anybody. */
    synchronized long owed(long now) {
        Cell cell = Cell.of(rate);
        return apart == NEVER ? 0 : Math.max(0, (cell.within(apart, now) - cell.within(seen, now)) / sharers);
    }

    /**
     * Takes one of this node's share. Where it lost touch just now, a hundredth of the limit and no more: a node that stands still
     * for a second has no business to give away its share of what the others go on counting.
     */
    synchronized Buckets.Taken spend(Apart among) {
        long now = clocks.now();
        Cell cell = Cell.of(rate);
        long from = share(cell, now, among);
        if (cell.free(from, now) == 0) {
            return new Buckets.Taken(false, 0, Duration.ofNanos(cell.untilOne(from, now)));
        }
        boolean stalled = among.stalled() && clocks.tick() - apartSince < STALL;
        if (stalled && owed(now) > (Math.max(1, rate.calls() / HUNDREDTH) - 1) * cell.interval()) {
            return Buckets.Taken.unknown(among.again());
        }
        apart = from + sharers * cell.interval();
        return new Buckets.Taken(true, cell.free(from, now) / sharers, Duration.ZERO);
    }

    /** What is known of it, whether or not anybody has touch with the others. */
    synchronized Buckets.Taken look(Apart among) {
        long now = clocks.now();
        Cell cell = Cell.of(rate);
        long from = cell.within(Math.max(seen, apart), now);
        long free = cell.free(from, now);
        return new Buckets.Taken(
                free > 0, free / Math.max(1, among.nodes()), Duration.ofNanos(cell.untilOne(from, now)));
    }

    synchronized Buckets.Taken owe(Apart among) {
        long now = clocks.now();
        Cell cell = Cell.of(rate);
        apart = Math.min(share(cell, now, among) + sharers * cell.interval(), now + 2 * cell.window());
        return look(among);
    }

    /** This node's share is full again then; it begins where the bucket of all was last seen. */
    private long share(Cell cell, long now, Apart among) {
        if (apart == NEVER) {
            // a node has at least one call of a window
            sharers = (int) Math.max(1, Math.min(among.nodes(), rate.calls()));
            apart = Math.max(seen, now);
            apartSince = clocks.tick();
        }
        return cell.within(apart, now);
    }
}
