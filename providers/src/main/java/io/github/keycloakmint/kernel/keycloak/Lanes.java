package io.github.keycloakmint.kernel.keycloak;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Work in lanes that can't hold each other up: each has a share of the threads and of the places to wait in, and whichever
 * lane had a thread last is behind the others for its next. Bounded as a whole as well.
 */
final class Lanes {

    private final Executor threads;
    private final int atOnce;
    private final int waitingInLane;
    private final int waiting;

    private final Map<String, Lane> lanes = new HashMap<>();
    private int waitingNow;

    private static final class Lane {
        private final Queue<Runnable> tasks = new ArrayDeque<>();
        private int running;
    }

    /**
     * @param threads takes as many as there are lanes with work, times {@code atOnce}
     * @param atOnce of one lane
     * @param waitingInLane of one lane
     * @param waiting of all
     */
    Lanes(Executor threads, int atOnce, int waitingInLane, int waiting) {
        this.threads = threads;
        this.atOnce = atOnce;
        this.waitingInLane = waitingInLane;
        this.waiting = waiting;
    }

    /** False where there is no place left: then {@code task} is not done. It must not throw. */
    synchronized boolean add(String name, Runnable task) {
        Lane lane = lanes.computeIfAbsent(name, key -> new Lane());
        if (waitingNow >= waiting || lane.tasks.size() >= waitingInLane) {
            forgetIdle(name, lane);
            return false;
        }
        lane.tasks.add(task);
        waitingNow++;
        if (lane.running < atOnce) {
            lane.running++;
            threads.execute(() -> runOne(name));
        }
        return true;
    }

    private void runOne(String name) {
        @Nullable Runnable task = next(name);
        try {
            if (task != null) {
                task.run();
            }
        } finally {
            after(name);
        }
    }

    private synchronized @Nullable Runnable next(String name) {
        @Nullable Lane lane = lanes.get(name);
        @Nullable Runnable task = lane == null ? null : lane.tasks.poll();
        if (task != null) {
            waitingNow--;
        }
        return task;
    }

    private synchronized void after(String name) {
        @Nullable Lane lane = lanes.get(name);
        if (lane == null) {
            return;
        }
        if (lane.tasks.isEmpty()) {
            lane.running--;
            forgetIdle(name, lane);
        } else {
            threads.execute(() -> runOne(name));
        }
    }

    private void forgetIdle(String name, Lane lane) {
        if (lane.running == 0 && lane.tasks.isEmpty()) {
            lanes.remove(name);
        }
    }
}
