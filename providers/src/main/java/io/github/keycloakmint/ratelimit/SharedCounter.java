package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.limits.Buckets;
import io.github.keycloakmint.kernel.limits.Limiter;
import io.github.keycloakmint.kernel.limits.SharedNumbers;
import io.github.keycloakmint.kernel.limits.Shelves;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Counts for all nodes, each bucket one number ({@link Cell}). A node draws a tenth of a limit at once, and so asks the
 * others once for many calls where the limit is high; what other nodes hold undrawn is less than that each, and is theirs to
 * spend. Whoever is over a
 * limit costs nothing: a node remembers until when.
 *
 * <p>Nodes have to agree on the time, as they have to for tokens: one whose clock is ahead by a second gives away the calls of
 * a second more, and has others refuse for a second longer.
 */
final class SharedCounter implements Counter {

    private static final Logger LOG = Logger.getLogger("keycloakmint.limits");

    /** Where time doesn't end it. */
    private static final int ATTEMPTS = 50;

    /** Clocks may differ by so much without a word. */
    private static final long APART = TimeUnit.SECONDS.toNanos(1);

    private static final long BETWEEN_WARNINGS = TimeUnit.MINUTES.toNanos(1);

    private final SharedStore store;
    private final Clocks clocks;
    private final AtomicLong nextWarning;
    private final Map<Limiter.Kind, Shelves<Drawn>> drawn = new EnumMap<>(Limiter.Kind.class);

    /** @param most buckets of a kind */
    SharedCounter(SharedStore store, int most, Clocks clocks) {
        this.store = store;
        this.clocks = clocks;
        this.nextWarning = new AtomicLong(clocks.tick());
        for (Limiter.Kind kind : Limiter.Kind.values()) {
            drawn.put(kind, new Shelves<>(most, Reports.forgetting(kind, most)));
        }
    }

    /** One of the three things that can be asked of a bucket, in the three ways in which it can be answered. */
    private record Question(
            Supplier<Optional<Buckets.Taken>> known,
            SharedStore.Asking together,
            Function<Drawn.Apart, Buckets.Taken> apart) {}

    @Override
    public Buckets.Taken spend(Entry entry) {
        Drawn mine = mine(entry);
        return answer(entry, mine, new Question(mine::spend, turn -> draw(entry, mine, turn), mine::spend));
    }

    @Override
    public Buckets.Taken look(Entry entry) {
        Drawn mine = mine(entry);
        return answer(entry, mine, new Question(mine::look, turn -> read(entry, mine, turn), mine::look));
    }

    @Override
    public Buckets.Taken owe(Entry entry) {
        Drawn mine = mine(entry);
        mine.doubt();
        return answer(entry, mine, new Question(Optional::empty, turn -> owed(entry, mine, turn), mine::owe));
    }

    /** By what is known, else by what the others say, else as the endpoint goes on without them. */
    private Buckets.Taken answer(Entry entry, Drawn mine, Question question) {
        return question.known()
                .get()
                .or(() -> asked(mine, question))
                .orElseGet(() -> store.without(entry.rule().capability(), question.apart()));
    }

    /** By one at a time of this node; who waited for another may know the answer by then. */
    private Optional<Buckets.Taken> asked(Drawn mine, Question question) {
        Turn.Patience patience = store.patience();
        if (store.away() || !mine.mayAsk(patience)) {
            return Optional.empty();
        }
        try {
            return question.known().get().or(() -> store.ask(patience, question.together()));
        } finally {
            mine.hasAsked();
        }
    }

    private Buckets.Taken draw(Entry entry, Drawn mine, Turn turn) throws SharedNumbers.Away, Turn.TooLate {
        Cell cell = Cell.of(entry.rate());
        long part = mine.part();
        Change change = change(entry, mine, turn, (from, now) -> cell.after(from, now, part));
        long drawn = cell.calls(change.from(), change.to());
        if (drawn == 0) {
            mine.empty(cell.untilOne(change.from(), change.now()));
            return taken(cell, change);
        }
        // whoever asked has his already: others of this node may take what is put down before he could
        mine.draw(drawn - 1);
        return new Buckets.Taken(true, drawn - 1, Duration.ZERO);
    }

    private Buckets.Taken read(Entry entry, Drawn mine, Turn turn) throws SharedNumbers.Away, Turn.TooLate {
        Cell cell = Cell.of(entry.rate());
        Optional<Long> held = turn.get(SharedName.of(entry));
        long now = clocks.now();
        long number = heard(cell, held, now);
        long from = cell.within(number + mine.owed(now), now);
        mine.sees(number, 0, now);
        if (cell.free(from, now) > 0) {
            mine.believe();
        } else {
            mine.empty(cell.untilOne(from, now));
        }
        return taken(cell, new Change(from, from, now));
    }

    private Buckets.Taken owed(Entry entry, Drawn mine, Turn turn) throws SharedNumbers.Away, Turn.TooLate {
        Cell cell = Cell.of(entry.rate());
        return taken(cell, change(entry, mine, turn, cell::owing));
    }

    private static Buckets.Taken taken(Cell cell, Change change) {
        long free = cell.free(change.to(), change.now());
        return new Buckets.Taken(free > 0, free, Duration.ofNanos(cell.untilOne(change.to(), change.now())));
    }

    private interface Step {
        long to(long from, long now);
    }

    private record Change(long from, long to, long now) {}

    /**
     * Changes the number of a bucket by {@code step} and by what this node owes. At first from what it last saw, which is one
     * message and not two where no other node counts the same caller.
     */
    private Change change(Entry entry, Drawn mine, Turn turn, Step step) throws SharedNumbers.Away, Turn.TooLate {
        Cell cell = Cell.of(entry.rate());
        String name = SharedName.of(entry);
        Optional<Long> guess = mine.guess(clocks.now());
        boolean sure = mine.unsure();
        // until it is known what became of it
        mine.unsure(true);
        Optional<Long> held = sure ? turn.get(name) : guess;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long now = clocks.now();
            long owed = mine.owed(now);
            long from = cell.within(heard(cell, held, now) + owed, now);
            long to = step.to(from, now);
            boolean stays = held.filter(number -> number == to).isPresent();
            if (stays ? sure : turn.swap(name, held, to, Duration.ofNanos(to - now))) {
                mine.unsure(!held.equals(guess));
                mine.sees(to, owed, now);
                return new Change(from, to, now);
            }
            if (sure) {
                turn.rest();
            }
            held = turn.get(name);
            sure = true;
        }
        throw new Turn.TooLate();
    }

    /** A number as it may be by this node's clock; it says so where it may not. */
    private long heard(Cell cell, Optional<Long> held, long now) {
        long number = held.orElse(now);
        long tick = clocks.tick();
        long next = nextWarning.get();
        if (number > now + 2 * cell.window() + APART
                && tick - next >= 0
                && nextWarning.compareAndSet(next, tick + BETWEEN_WARNINGS)) {
            LOG.warnf(
                    "Clocks of nodes differ, or were set: a limit is used up until %d s from now, where it can't be for longer"
                            + " than %d s",
                    TimeUnit.NANOSECONDS.toSeconds(number - now), TimeUnit.NANOSECONDS.toSeconds(2 * cell.window()));
        }
        return cell.within(number, now);
    }

    private Drawn mine(Entry entry) {
        return Objects.requireNonNull(drawn.get(entry.rule().kind()))
                .get(entry.key(), entry.rate(), () -> new Drawn(entry.rate(), clocks));
    }
}
