package io.github.keycloakmint.ratelimit;

import io.github.keycloakmint.kernel.UrlBase64;
import io.github.keycloakmint.kernel.limits.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What the number of a bucket is called among all nodes. */
final class SharedName {

    /** What the number means: to be changed with {@link Cell}, so that nodes of two versions count apart. */
    private static final String VERSION = "1";

    /** As many as nobody finds two keys for. */
    private static final int BYTES = 16;

    private SharedName() {}

    /**
     * Begins with the realm's id (T10); the rest is hashed, so that no email stands in a cache, in as many bytes as there have to
     * be: there are many.
     */
    static String of(Counter.Entry entry) {
        byte[] hash = Sha256.fresh().digest(entry.key().getBytes(StandardCharsets.UTF_8));
        return entry.realmId() + '|' + VERSION + UrlBase64.encode(Arrays.copyOf(hash, BYTES));
    }
}
