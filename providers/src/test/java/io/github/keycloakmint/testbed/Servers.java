package io.github.keycloakmint.testbed;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The servers of this test run, on the backend that was chosen for it. */
public final class Servers {

    private static final List<Watched> RUNNING = new ArrayList<>();

    private static KeycloakServer shared;
    private static KeycloakServer trusting;
    private static int others;

    private Servers() {}

    /** One server a run, started at first use and stopped with the run. Don't close it. */
    public static synchronized KeycloakServer shared() {
        if (shared == null) {
            // it lives for the whole run and hashes passwords by the hundred: several times slower with the cheap
            // compiler, with which servers of one test start sooner; this variable is what the JVM reads last
            shared = start(ServerOptions.forTests().withEnvironment("_JAVA_OPTIONS", "-XX:TieredStopAtLevel=4"), "");
        }
        return shared;
    }

    /**
     * One a run as well: it trusts the proxies of its own machine, which is where tests call from, and logs its statements, of
     * which none are of work in the background. Don't close it.
     */
    public static synchronized KeycloakServer trusting() {
        if (trusting == null) {
            trusting = start(ServerOptions.forTests()
                    .with("--spi-mint-kernel--default--trusted-proxies", "127.0.0.0/8,::1")
                    .with("--spi-mint-capability--root--default-realm", "gateway-root")
                    .with("--spi-mint-capability--api-keys--flush-seconds", "300")
                    .with("--spi-mint-capability--api-keys--purge-seconds", "86400")
                    .withLogLevel("info,org.hibernate.SQL:debug"));
        }
        return trusting;
    }

    /** Another one beside it, for tests of server options. Starting takes long; close it as soon as you can. */
    public static synchronized KeycloakServer start(ServerOptions options) {
        others++;
        return start(options, "-" + others);
    }

    private static KeycloakServer start(ServerOptions options, String suffix) {
        Backend backend = Backend.chosen();
        String name = "server-" + backend.label() + suffix + ".log";
        Watched server = new Watched(backend.start(options, Settings.directory().resolve(name)));
        RUNNING.add(server);
        return server;
    }

    /** For tests that need to say which backend they ran on. */
    public static String backend() {
        return Backend.chosen().label();
    }

    static synchronized void stopAll() {
        new ArrayList<>(RUNNING).forEach(server -> server.server().close());
        RUNNING.clear();
        shared = null;
        trusting = null;
    }

    private static synchronized void forget(Watched server) {
        RUNNING.remove(server);
    }

    /** Keeps for the final sweep what would go away with the server. */
    private record Watched(KeycloakServer server) implements KeycloakServer {

        @Override
        public URI baseUrl() {
            return server.baseUrl();
        }

        @Override
        public URI managementUrl() {
            return server.managementUrl();
        }

        @Override
        public String log() {
            return server.log();
        }

        @Override
        public Path logFile() {
            return server.logFile();
        }

        @Override
        public ServerOptions options() {
            return server.options();
        }

        @Override
        public void close() {
            forget(this);
            LogSweep.gather(server);
            server.close();
        }
    }
}
