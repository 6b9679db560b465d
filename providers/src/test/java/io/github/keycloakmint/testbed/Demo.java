package io.github.keycloakmint.testbed;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * {@code mvn -Pdemo}: Keycloak with the packaged jar and the demo realms in the foreground, on 127.0.0.1, with an empty
 * database and fresh secrets at every start. Prints no secret; they are in demo.env, which its owner alone can read.
 */
public final class Demo {

    private static final List<String> REALM_FILES = List.of("demo-realm.json", "other-realm.json");
    private static final String REALMS = "demo,other";
    private static final int USUAL_MANAGEMENT_PORT = 9000;

    /** The demo realm's variable. */
    private static final String SMTP_PORT = "DEMO_SMTP_PORT";

    private final int port;
    private final boolean shadow;
    private final Path directory = Settings.repository().resolve("target").resolve("demo");

    private Demo(int port, boolean shadow) {
        this.port = port;
        this.shadow = shadow;
    }

    public static void main(String[] arguments) {
        try {
            boolean shadow = shadow(System.getProperty("demo.limits", "on"));
            new Demo(port(System.getProperty("demo.port", "8080")), shadow).run();
        } catch (Refused | IOException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /** Says in its message, in words for the person at the terminal, why there is no demo (any more). */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    private void run() throws Refused, IOException {
        endWithParent();
        if (taken(port)) {
            throw new Refused("Port " + port + " on 127.0.0.1 is taken. Choose another one: -Ddemo.port=8081");
        }
        DemoEnvironment environment = new DemoEnvironment(directory.resolve("demo.env"));
        environment.discard();
        System.out.println("Starting Keycloak " + Settings.keycloakVersion() + " on port " + port
                + "; the first time takes about a minute ...");
        Path mails = emptied(directory.resolve("mail"));
        MailSink sink = MailSink.into(mails);
        DistributionServer server = start(sink);
        Map<String, String> files = keyFiles(server.options());
        files.put("MAIL_DIR", mails.toAbsolutePath().toString());
        environment.write(server, files);
        System.out.println(DemoGuide.text(server, environment.file()));
        new DemoLog(server.logFile()).showProblemsWhile(server::isRunning);
        throw new Refused("Keycloak has ended. The end of its log:\n" + LogFiles.tail(server.logFile(), 20));
    }

    /** Mails of an earlier start have links that are void. */
    private static Path emptied(Path mails) throws IOException {
        Files.createDirectories(mails);
        try (Stream<Path> old = Files.list(mails)) {
            for (Path file : old.toList()) {
                Files.delete(file);
            }
        }
        return mails;
    }

    private DistributionServer start(MailSink sink) throws Refused, IOException {
        Files.createDirectories(directory);
        int management = taken(USUAL_MANAGEMENT_PORT) ? 0 : USUAL_MANAGEMENT_PORT;
        try {
            return DistributionServer.start(
                    options().withEnvironment(SMTP_PORT, String.valueOf(sink.port())),
                    directory,
                    directory.resolve("keycloak.log"),
                    new DistributionServer.Ports(port, management));
        } catch (IllegalStateException e) {
            throw new Refused(e.getMessage());
        }
    }

    /** One fixed issuer: a token made through "localhost" must be good at "127.0.0.1" as well. */
    private ServerOptions options() {
        ServerOptions options = ServerOptions.bare()
                .with("--hostname", "http://127.0.0.1:" + port)
                .with("--spi-mint-capability--token-for-email--shared-secret-realms", REALMS)
                .with("--spi-mint-capability--root--active", "true")
                .with("--spi-mint-capability--root--realms", REALMS)
                .with("--spi-mint-capability--root--default-realm", "demo")
                .with("--spi-mint-limiter--ratelimit--shadow", String.valueOf(shadow))
                .withEnvironment(ServerOptions.SECRET_VARIABLE, Random.secret());
        for (String name : REALM_FILES) {
            Path file = Settings.realmFile(name);
            options = options.withRealm(file);
            for (String variable : RealmFile.read(file).variables()) {
                if (!options.environment().containsKey(variable)) {
                    options = options.withEnvironment(variable, DemoKeys.value(variable));
                }
            }
        }
        return options;
    }

    /** Private halves of the keys that the realms trust: whoever tries the demo signs with them. */
    private Map<String, String> keyFiles(ServerOptions options) throws IOException {
        Path keys = Files.createDirectories(directory.resolve("keys"));
        Map<String, String> files = new TreeMap<>();
        for (String variable : options.environment().keySet()) {
            if (DemoKeys.isPublicKey(variable)) {
                Map.Entry<String, String> file = DemoKeys.writePrivate(variable, keys);
                files.put(file.getKey(), file.getValue());
            }
        }
        return files;
    }

    /** Maven may be killed without a chance to stop its children. */
    private static void endWithParent() {
        ProcessHandle.current()
                .parent()
                .ifPresent(parent -> ParentBound.whenGone(Optional.of(parent), () -> System.exit(143)));
    }

    /** Asks both ways: some systems let us bind beside a listener on all addresses. */
    private static boolean taken(int port) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (Socket socket = new Socket()) {
            socket.connect(address, 1000);
            return true;
        } catch (IOException nobodyListens) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(address);
                return false;
            } catch (IOException cannotBind) {
                return true;
            }
        }
    }

    private static int port(String text) throws Refused {
        if (text.matches("\\d{1,5}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= 65535) {
            return Integer.parseInt(text);
        }
        throw new Refused("-Ddemo.port is '" + text + "', not a port from 1 to 65535");
    }

    /** Whether limits are counted alone, and let everything through. */
    private static boolean shadow(String text) throws Refused {
        if (!List.of("on", "shadow").contains(text)) {
            throw new Refused("-Ddemo.limits is '" + text + "', not 'on' or 'shadow'");
        }
        return text.equals("shadow");
    }
}
