package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.apache.http.impl.conn.SystemDefaultDnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JwksFetchTlsTest {

    private static final char[] PASSWORD = "password".toCharArray();

    @TempDir
    static Path directory;

    private final JwksFetch fetch = new JwksFetch(true, SystemDefaultDnsResolver.INSTANCE);
    private HttpsServer server;
    private KeyStore trusted;

    @BeforeEach
    void start() throws Exception {
        KeyStore own = keys();
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(own, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 5);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            try (exchange) {
                JwksServer.json("{\"keys\":[]}").to(exchange);
            }
        });
        server.start();
        trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("issuer", own.getCertificate("issuer"));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void a_certificate_of_the_truststore_will_do() throws Exception {
        byte[] body = fetch.get(url("localhost"), Optional.of(trusted));
        assertThat(new String(body, StandardCharsets.UTF_8)).isEqualTo("{\"keys\":[]}");
    }

    @Test
    void an_unknown_certificate_will_not() {
        assertThatThrownBy(() -> fetch.get(url("localhost"), Optional.empty())).isInstanceOf(SSLException.class);
    }

    @Test
    void a_certificate_for_another_name_will_not() {
        JwksFetch elsewhere = new JwksFetch(true, host -> new InetAddress[] {InetAddress.getByName("127.0.0.1")});
        assertThatThrownBy(() -> elsewhere.get(url("keys.example"), Optional.of(trusted)))
                .isInstanceOf(SSLException.class);
        assertThatThrownBy(() -> fetch.get(url("127.0.0.1"), Optional.of(trusted)))
                .isInstanceOf(SSLException.class);
    }

    private String url(String host) {
        return "https://" + host + ":" + server.getAddress().getPort() + "/jwks";
    }

    /** Made by Java's own tool, since no certificate with its key may lie in the repository. */
    private static KeyStore keys() throws Exception {
        Path store = directory.resolve("store.p12");
        if (!store.toFile().exists()) {
            Process keytool = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-alias",
                            "issuer",
                            "-keyalg",
                            "EC",
                            "-groupname",
                            "secp256r1",
                            "-dname",
                            "CN=localhost",
                            "-ext",
                            "san=dns:localhost",
                            "-storetype",
                            "PKCS12",
                            "-keystore",
                            store.toString(),
                            "-storepass",
                            new String(PASSWORD))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        return KeyStore.getInstance(store.toFile(), PASSWORD);
    }
}
