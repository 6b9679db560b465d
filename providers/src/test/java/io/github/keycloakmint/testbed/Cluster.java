package io.github.keycloakmint.testbed;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;

/** Two nodes of one Keycloak in production mode on one PostgreSQL, in containers. */
public final class Cluster implements AutoCloseable {

    private static final String DATABASE = "db";

    private static Cluster shared;
    private static int started;

    private final Network network;
    private final GenericContainer<?> database;
    private final List<ContainerServer> nodes;

    private Cluster(Network network, GenericContainer<?> database, List<ContainerServer> nodes) {
        this.network = network;
        this.database = database;
        this.nodes = nodes;
    }

    /** One a run, for tests that leave both nodes as they are; they close their realm. Don't close it. */
    public static synchronized Cluster shared() {
        if (shared == null) {
            shared = start();
        }
        return shared;
    }

    /** One of its own, for tests that end a node. */
    public static Cluster start() {
        return start(options -> options);
    }

    static synchronized void stopShared() {
        if (shared != null) {
            shared.close();
            shared = null;
        }
    }

    /** @param changes to the options of both nodes */
    public static synchronized Cluster start(UnaryOperator<ServerOptions> changes) {
        started++;
        Network network = Network.newNetwork();
        String password = Random.secret();
        GenericContainer<?> database = new GenericContainer<>(postgresImage())
                .withImagePullPolicy(ignored -> false)
                .withNetwork(network)
                .withNetworkAliases(DATABASE)
                .withEnv("POSTGRES_USER", "keycloak")
                .withEnv("POSTGRES_DB", "keycloak")
                .withEnv("POSTGRES_PASSWORD", password)
                // once for its own preparation, once for good
                .waitingFor(Wait.forLogMessage(".*ready to accept connections.*", 2)
                        .withStartupTimeout(Duration.ofMinutes(2)));
        database.start();
        ServerOptions options = ServerOptions.forTests()
                .withEnvironment("KC_DB", "postgres")
                .withEnvironment("KC_DB_URL", "jdbc:postgresql://" + DATABASE + "/keycloak")
                .withEnvironment("KC_DB_USERNAME", "keycloak")
                .withEnvironment("KC_DB_PASSWORD", password)
                // PostgreSQL takes 100 connections as shipped, and Keycloak's pool alone would take as many, on each
                // node
                .withEnvironment("KC_DB_POOL_MAX_SIZE", "45")
                // a call with something to write needs two of them for a moment (README, "Set it up"): with more
                // threads
                // than half the pool, cold nodes would wait for each other's connections
                .withEnvironment("KC_HTTP_POOL_MAX_THREADS", "20")
                .withEnvironment("KC_HTTP_ENABLED", "true")
                // one issuer for both nodes, whichever port a call comes in by
                .withEnvironment("KC_HOSTNAME", "http://localhost:8080");
        // one after the other: the first makes the tables
        ContainerServer first = node(changes.apply(options), network, "node-1");
        return new Cluster(network, database, List.of(first, node(changes.apply(options), network, "node-2")));
    }

    private static ContainerServer node(ServerOptions options, Network network, String name) {
        return ContainerServer.start(
                options,
                Backend.image(),
                Settings.directory().resolve("cluster-" + started + '-' + name + ".log"),
                container -> container.withProductionMode().withNetwork(network).withNetworkAliases(name));
    }

    private static String postgresImage() {
        String image = System.getenv("POSTGRES_IMAGE");
        return image == null || image.isEmpty() ? "postgres:17" : image;
    }

    /** 0 or 1. */
    public KeycloakServer node(int index) {
        return nodes.get(index);
    }

    /** Ends a node with SIGKILL. */
    public void kill(int index) {
        nodes.get(index).signal("KILL");
    }

    /** Has a node answer nobody, with its connections open, until {@link #goOn}. */
    public void halt(int index) {
        nodes.get(index).signal("STOP");
    }

    public void goOn(int index) {
        nodes.get(index).signal("CONT");
    }

    @Override
    public void close() {
        nodes.forEach(ContainerServer::close);
        database.stop();
        network.close();
    }
}
