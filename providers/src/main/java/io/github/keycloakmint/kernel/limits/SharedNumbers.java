package io.github.keycloakmint.kernel.limits;

import java.time.Duration;
import java.util.Optional;

/** Numbers that all nodes see and change as one. */
public interface SharedNumbers {

    /** They can't be had now: no answer in time, or no cluster. */
    final class Away extends Exception {
        private static final long serialVersionUID = 1L;

        public Away(String why) {
            super(why);
        }

        public Away(String why, Throwable cause) {
            super(why, cause);
        }
    }

    /** @param patience after which it counts as away */
    Optional<Long> get(String key, Duration patience) throws Away;

    /**
     * Changes a number, unless another node was faster.
     *
     * @param from what it has to be: empty where there has to be none
     * @param life after which it is forgotten
     * @param patience after which it counts as away; nobody knows then whether it was changed
     * @return false: it was something else
     */
    boolean swap(String key, Optional<Long> from, long to, Duration life, Duration patience) throws Away;

    /** How many nodes there are, as this one last heard: 1 where it is alone. Asks nobody. */
    int nodes();

    /** Whether there will be no answer any more. */
    boolean ended();
}
