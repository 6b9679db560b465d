package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.http.impl.conn.SystemDefaultDnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JwksFetchTest {

    private static final Duration BOUND = Duration.ofSeconds(7);

    private final JwksFetch fetch = new JwksFetch(true, SystemDefaultDnsResolver.INSTANCE);
    private final CountDownLatch over = new CountDownLatch(1);

    @AfterEach
    void release() {
        over.countDown();
    }

    @Test
    void fetches_from_loopback_in_development() throws IOException {
        try (JwksServer server = new JwksServer(JwksServer.json("{\"keys\":[]}"))) {
            assertThat(text(fetch.get(server.url(), Optional.empty()))).isEqualTo("{\"keys\":[]}");
        }
    }

    @Test
    void fetches_from_no_loopback_outside_of_development() throws IOException {
        JwksFetch production = new JwksFetch(false, SystemDefaultDnsResolver.INSTANCE);
        try (JwksServer server = new JwksServer(JwksServer.json("{\"keys\":[]}"))) {
            for (String url : new String[] {
                server.url(),
                "https://127.0.0.1:" + server.port() + "/jwks",
                "https://localhost:" + server.port() + "/jwks",
                "https://[::1]:" + server.port() + "/jwks",
                "https://[::ffff:127.0.0.1]:" + server.port() + "/jwks",
                "https://2130706433:" + server.port() + "/jwks"
            }) {
                assertThatThrownBy(() -> production.get(url, Optional.empty()))
                        .as(url)
                        .isInstanceOfAny(BadKey.class, UnknownHostException.class);
            }
            assertThat(server.calls()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://keys.example/jwks",
                "http://8.8.8.8/jwks",
                "https://10.0.0.1/jwks",
                "https://169.254.169.254/latest/meta-data",
                "https://[fd00:ec2::254]/",
                "https://[fe80::1]/",
                "https://192.168.0.1/",
                "https://[64:ff9b::a00:1]/"
            })
    void connects_to_no_private_address_in_any_mode(String url) {
        JwksFetch never = new JwksFetch(
                true, host -> new InetAddress[] {InetAddress.getByName(host.contains("example") ? "8.8.8.8" : host)});
        assertThatThrownBy(() -> never.get(url, Optional.empty()))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("not public");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "jwks",
                "/jwks",
                "ftp://keys.example/",
                "file:///etc/passwd",
                "jar:https://keys.example!/x",
                "https:///jwks",
                "https://user@keys.example/",
                "https://user:password@keys.example/",
                "https://keys.example/#part",
                "https://keys.example:0/",
                "https://keys.example:70000/",
                "https://keys example/",
                "http://keys.example/"
            })
    void a_url_that_can_not_be_used_is_refused_in_words(String url) {
        assertThatThrownBy(() -> JwksAddress.of(url, false))
                .isInstanceOf(BadKey.class)
                .hasMessageMatching("[A-Z].*");
    }

    @Test
    void connects_to_the_address_that_was_checked_and_asks_only_once() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        // a name that leads inside when it is asked for again
        JwksFetch pinned = new JwksFetch(true, host -> {
            String address = asked.getAndIncrement() == 0 ? "127.0.0.1" : "10.0.0.1";
            return new InetAddress[] {InetAddress.getByName(address)};
        });
        try (JwksServer server = new JwksServer(JwksServer.json("{}"))) {
            String url = "http://keys.example:" + server.port() + "/jwks";
            assertThat(text(pinned.get(url, Optional.empty()))).isEqualTo("{}");
        }
        assertThat(asked).hasValue(1);
    }

    @Test
    void one_address_inside_refuses_the_name() throws IOException {
        JwksFetch mixed = new JwksFetch(true, host ->
                new InetAddress[] {InetAddress.getByName("127.0.0.1"), InetAddress.getByName("10.0.0.1")});
        try (JwksServer server = new JwksServer(JwksServer.json("{}"))) {
            assertThatThrownBy(() -> mixed.get("http://keys.example:" + server.port() + "/", Optional.empty()))
                    .isInstanceOf(UnknownHostException.class);
            assertThat(server.calls()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void follows_no_redirect(int status) throws IOException {
        try (JwksServer elsewhere = new JwksServer(JwksServer.json("{\"keys\":[]}"));
                JwksServer server = new JwksServer(exchange -> {
                    exchange.getResponseHeaders().set("Location", elsewhere.url());
                    exchange.sendResponseHeaders(status, -1);
                })) {
            failed(server.url(), "status " + status);
            assertThat(elsewhere.calls()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 400, 401, 404, 500, 503})
    void takes_no_other_status(int status) throws IOException {
        try (JwksServer server = new JwksServer(JwksServer.status(status))) {
            failed(server.url(), "status " + status);
            assertThat(server.calls()).isOne();
        }
    }

    @Test
    void reads_no_more_than_256_kib_of_50_mb() throws IOException {
        AtomicLong sent = new AtomicLong();
        try (JwksServer server = new JwksServer(exchange -> flood(exchange, 50_000_000, sent))) {
            long before = System.nanoTime();
            failed(server.url(), "larger than 256 KiB");
            assertThat(since(before)).isLessThan(BOUND);
        }
        assertThat(sent.get()).isLessThan(20_000_000); // what fits into the sockets' buffers
    }

    @Test
    void takes_exactly_256_kib() throws IOException {
        String largest = " ".repeat(JwksFetch.LARGEST);
        try (JwksServer server = new JwksServer(JwksServer.json(largest))) {
            assertThat(fetch.get(server.url(), Optional.empty())).hasSize(JwksFetch.LARGEST);
            server.answer(JwksServer.json(largest + " "));
            failed(server.url(), "larger than 256 KiB");
        }
    }

    @Test
    void inflates_nothing() throws IOException {
        try (JwksServer server = new JwksServer(exchange -> {
            assertThat(exchange.getRequestHeaders().get("Accept-Encoding")).isNull();
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            JwksServer.json("not inflated").to(exchange);
        })) {
            assertThat(text(fetch.get(server.url(), Optional.empty()))).isEqualTo("not inflated");
        }
    }

    @Test
    void sends_no_cookie_back() throws IOException {
        try (JwksServer server = new JwksServer(exchange -> {
            assertThat(exchange.getRequestHeaders().get("Cookie")).isNull();
            exchange.getResponseHeaders().set("Set-Cookie", "a=b");
            JwksServer.json("{}").to(exchange);
        })) {
            fetch.get(server.url(), Optional.empty());
            assertThat(text(fetch.get(server.url(), Optional.empty()))).isEqualTo("{}");
        }
    }

    @Test
    void gives_a_silent_server_two_seconds() throws IOException {
        try (JwksServer server = new JwksServer(exchange -> pause(60_000))) {
            long before = System.nanoTime();
            assertThatThrownBy(() -> fetch.get(server.url(), Optional.empty())).isInstanceOf(IOException.class);
            assertThat(since(before)).isBetween(Duration.ofMillis(1500), Duration.ofSeconds(4));
        }
    }

    @Test
    void gives_a_trickling_body_five_seconds() throws IOException {
        try (JwksServer server = new JwksServer(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            for (int i = 0; i < 100; i++) {
                exchange.getResponseBody().write(' ');
                exchange.getResponseBody().flush();
                pause(500);
            }
        })) {
            long before = System.nanoTime();
            assertThatThrownBy(() -> fetch.get(server.url(), Optional.empty())).isInstanceOf(IOException.class);
            assertThat(since(before)).isBetween(Duration.ofSeconds(4), BOUND);
        }
    }

    @Test
    void gives_trickling_headers_five_seconds() throws IOException {
        trickle("HTTP/1.1 200 OK\r\nX-Slow: ", Duration.ofSeconds(4), BOUND, 500);
    }

    @Test
    void takes_no_endless_headers() throws IOException {
        trickle("HTTP/1.1 200 OK\r\nX-Long: ", Duration.ZERO, Duration.ofSeconds(4), 0);
    }

    /** A bare socket that sends {@code start} and then one letter after the other. */
    private void trickle(String start, Duration least, Duration most, long pauseMillis) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            Thread thread = new Thread(() -> {
                try (Socket socket = server.accept()) {
                    OutputStream out = socket.getOutputStream();
                    out.write(start.getBytes(StandardCharsets.US_ASCII));
                    for (int i = 0; i < 50_000_000 && over.getCount() > 0; i++) {
                        out.write(
                                pauseMillis == 0
                                        ? "x".repeat(4096).getBytes(StandardCharsets.US_ASCII)
                                        : new byte[] {'x'});
                        out.flush();
                        pause(pauseMillis);
                    }
                } catch (IOException e) {
                    return; // the client hung up, as it should
                }
            });
            thread.setDaemon(true);
            thread.start();
            long before = System.nanoTime();
            String url = "http://127.0.0.1:" + server.getLocalPort() + "/";
            assertThatThrownBy(() -> fetch.get(url, Optional.empty())).isInstanceOf(IOException.class);
            assertThat(since(before)).isBetween(least, most);
        }
    }

    private void pause(long millis) {
        try {
            assertThat(over.await(millis, TimeUnit.MILLISECONDS)).isIn(true, false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void flood(HttpExchange exchange, int bytes, AtomicLong sent) throws IOException {
        exchange.sendResponseHeaders(200, bytes);
        byte[] block = new byte[65_536];
        for (int left = bytes; left > 0; left -= block.length) {
            exchange.getResponseBody().write(block, 0, Math.min(left, block.length));
            sent.addAndGet(block.length);
        }
    }

    private void failed(String url, String words) {
        assertThatThrownBy(() -> fetch.get(url, Optional.empty()))
                .isInstanceOf(JwksFetch.Failed.class)
                .hasMessage(words);
    }

    private static Duration since(long before) {
        return Duration.ofNanos(System.nanoTime() - before);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
