package io.github.keycloakmint.root;

import io.github.keycloakmint.kernel.Options;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Server options of the root facade, {@code --spi-mint-capability--root--<option>}.
 *
 * @param active whether the root paths answer at all; off as shipped
 * @param realms that may be reached through it, {@code *} for all
 * @param defaultRealm where a call goes that names no realm
 * @param hosts realm by host name; the realm has to name the host in {@code mint.hosts} as well
 */
record RootSettings(boolean active, Set<String> realms, Optional<String> defaultRealm, Map<String, String> hosts) {

    static RootSettings of(Options options) {
        Map<String, String> hosts = new HashMap<>();
        for (String pair : options.list("hosts")) {
            int equals = pair.indexOf('=');
            if (equals < 1 || equals == pair.length() - 1) {
                throw options.bad("hosts", "a list such as auth.example.com=realm");
            }
            hosts.put(
                    pair.substring(0, equals).trim().toLowerCase(Locale.ROOT),
                    pair.substring(equals + 1).trim());
        }
        RootSettings settings = new RootSettings(
                options.flag("active", false), options.set("realms"), options.text("default-realm"), Map.copyOf(hosts));
        settings.defaultRealm.filter(realm -> !settings.reaches(realm)).ifPresent(realm -> {
            throw options.bad("default-realm", "one of the realms that --realms lists");
        });
        return settings;
    }

    boolean reaches(String realm) {
        return realms.contains("*") || realms.contains(realm);
    }
}
