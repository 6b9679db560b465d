package io.github.keycloakmint.kernel.http;

import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.caller.AddressRanges;
import io.github.keycloakmint.kernel.caller.CallerAddress;
import io.github.keycloakmint.kernel.caller.ProxyHeader;
import io.github.keycloakmint.kernel.keycloak.RightsChanges;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;

/**
 * Holds the one {@link Door} of the server and the kernel's own options: {@code
 * --spi-mint-kernel--default--trusted-proxies}, the address ranges of proxies that are believed (default none), and {@code
 * --spi-mint-kernel--default--forwarded-header}, the one header in which they say whom they saw ({@code x-forwarded-for} or
 * {@code forwarded}).
 */
public final class DoorFactory implements ProviderFactory<DoorFactory.Kernel> {

    private @Nullable AddressRanges trusted;
    private ProxyHeader header = ProxyHeader.X_FORWARDED_FOR;
    private @Nullable Door door;

    /** What a session gets: the door. */
    public record Kernel(Door door) implements Provider {
        @Override
        public void close() {
            // the door outlives the session
        }
    }

    /** The door of the server that {@code session} belongs to. */
    public static Door of(KeycloakSession session) {
        return session.getProvider(Kernel.class).door();
    }

    /** The caller's address as the one resolver finds it (T9), for a call that comes by a door of Keycloak's own. */
    public static String address(KeycloakSession session) {
        return of(session).address(session);
    }

    @Override
    public Kernel create(KeycloakSession session) {
        if (door == null) {
            throw new IllegalStateException("the kernel is not initialised");
        }
        return new Kernel(door);
    }

    @Override
    public void init(Config.Scope config) {
        Options options = new Options(KernelSpi.NAME, getId(), config);
        try {
            trusted = AddressRanges.of(options.set("trusted-proxies"));
        } catch (IllegalArgumentException e) {
            throw options.bad("trusted-proxies", "a list of addresses or address ranges such as 10.0.0.0/8");
        }
        header = header(options);
    }

    private static ProxyHeader header(Options options) {
        return options.text("forwarded-header")
                .map(header -> switch (header) {
                    case "x-forwarded-for" -> ProxyHeader.X_FORWARDED_FOR;
                    case "forwarded" -> ProxyHeader.FORWARDED;
                    default -> throw options.bad("forwarded-header", "x-forwarded-for or forwarded");
                })
                .orElse(ProxyHeader.X_FORWARDED_FOR);
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        RightsChanges.watch(factory);
        AddressRanges ranges = trusted == null ? AddressRanges.NONE : trusted;
        door = new Door(Routes.of(factory), new CallerAddress(ranges, header));
    }

    @Override
    public void close() {
        // holds nothing that needs closing
    }

    @Override
    public String getId() {
        return "default";
    }
}
