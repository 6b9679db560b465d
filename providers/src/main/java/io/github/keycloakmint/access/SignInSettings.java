package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.Options;
import java.time.Duration;

/**
 * Server options of sign-in, {@code --spi-mint-capability--sign-in--<option>}.
 *
 * @param active whether its endpoints answer
 * @param beat refused credentials are answered at a whole multiple of this after the call came in ({@code
 *     refusal-beat-millis}, 50 to 5000, default 500); twice as long as checking a password takes, and more
 */
record SignInSettings(boolean active, Duration beat) {

    static SignInSettings of(Options options) {
        return new SignInSettings(
                options.flag("active", true),
                Duration.ofMillis(options.integer("refusal-beat-millis", 500, 50, 5_000)));
    }
}
