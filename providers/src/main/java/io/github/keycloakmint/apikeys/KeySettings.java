package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.Options;
import java.time.Duration;

/**
 * Server options of API keys, {@code --spi-mint-capability--api-keys--<option>}.
 *
 * @param active false: every call is answered 404, and no key is good
 * @param env second part of every key ({@code env}, {@code live}); keys of another are refused
 * @param flushInterval how often uses are written ({@code flush-seconds}, 5); a node that is killed loses at most these
 * @param useRetention how long counts of a day stay ({@code uses-retention-days}, 90)
 * @param retention how long an expired key stays listed ({@code retention-days}, 30)
 * @param purgeInterval how often both are looked after ({@code purge-seconds}, 3600)
 */
record KeySettings(
        boolean active,
        String env,
        Duration flushInterval,
        Duration useRetention,
        Duration retention,
        Duration purgeInterval) {

    static KeySettings of(Options options) {
        String env = options.text("env").orElse("live");
        if (!KeyForm.isEnv(env)) {
            throw options.bad("env", "1 to 10 lower case letters and digits");
        }
        return new KeySettings(
                options.flag("active", true),
                env,
                Duration.ofSeconds(options.integer("flush-seconds", 5, 1, 300)),
                Duration.ofDays(options.integer("uses-retention-days", 90, 30, 36_500)),
                Duration.ofDays(options.integer("retention-days", 30, 0, 36_500)),
                Duration.ofSeconds(options.integer("purge-seconds", 3_600, 1, 86_400)));
    }
}
