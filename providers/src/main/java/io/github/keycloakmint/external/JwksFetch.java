package io.github.keycloakmint.external;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.apache.http.HttpEntity;
import org.apache.http.HttpHeaders;
import org.apache.http.HttpStatus;
import org.apache.http.client.config.CookieSpecs;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpGet;
import org.apache.http.config.ConnectionConfig;
import org.apache.http.config.MessageConstraints;
import org.apache.http.config.Registry;
import org.apache.http.config.RegistryBuilder;
import org.apache.http.config.SocketConfig;
import org.apache.http.conn.DnsResolver;
import org.apache.http.conn.socket.ConnectionSocketFactory;
import org.apache.http.conn.socket.PlainConnectionSocketFactory;
import org.apache.http.conn.ssl.DefaultHostnameVerifier;
import org.apache.http.conn.ssl.SSLConnectionSocketFactory;
import org.apache.http.impl.NoConnectionReuseStrategy;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.impl.conn.BasicHttpClientConnectionManager;
import org.apache.http.ssl.SSLContexts;
import org.jspecify.annotations.Nullable;

/**
 * One GET of a JWK set, on terms that the other side can't stretch (T24): no redirect, cookie, proxy or compression, a
 * bound on time and size, and a connection to no other address than the one that was checked. Keycloak's own HTTP client
 * follows redirects, takes proxies from its configuration and looks a name up again when it connects.
 */
final class JwksFetch implements FetchedKeys.Fetch {

    /** Bytes of a set at the most. */
    static final int LARGEST = 256 * 1024;

    private static final Duration STEP = Duration.ofSeconds(2);

    /** From the first look-up to the last byte, however little at a time the other side sends. */
    private static final Duration WHOLE = Duration.ofSeconds(5);

    private static final int LONGEST_LINE = 8192;
    private static final int MOST_HEADERS = 100;

    /** A fetch failed; the message has fixed words only. */
    static final class Failed extends IOException {

        private static final long serialVersionUID = 1L;

        Failed(String message) {
            super(message);
        }
    }

    private final boolean development;
    private final DnsResolver names;

    /** @param names the system's resolver, other than in tests */
    JwksFetch(boolean development, DnsResolver names) {
        this.development = development;
        this.names = names;
    }

    @Override
    public byte[] get(String url, Optional<KeyStore> truststore) throws IOException {
        JwksAddress address = JwksAddress.of(url, development);
        HttpGet request = new HttpGet(address.uri());
        request.setHeader(HttpHeaders.ACCEPT, "application/jwk-set+json, application/json");
        request.setConfig(config());
        // runs for naught when the answer is there in time
        CompletableFuture.delayedExecutor(WHOLE.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> abort(request));
        long deadline = System.nanoTime() + WHOLE.toNanos();
        try (CloseableHttpClient client = client(address, truststore);
                CloseableHttpResponse response = client.execute(request)) {
            return read(request, response, deadline);
        }
    }

    private static byte[] read(HttpGet request, CloseableHttpResponse response, long deadline) throws IOException {
        try {
            int status = response.getStatusLine().getStatusCode();
            if (status != HttpStatus.SC_OK) {
                throw new Failed("status " + status);
            }
            return body(response, deadline);
        } finally {
            abort(request); // the connection goes as it is; nobody reads the rest of an endless body
        }
    }

    private static void abort(HttpGet request) {
        try {
            request.abort();
        } catch (IllegalStateException e) {
            return; // the fetch ended in this very moment and its client is closed: nothing is left to abort
        }
    }

    private static RequestConfig config() {
        int step = (int) STEP.toMillis();
        return RequestConfig.custom()
                .setConnectTimeout(step)
                .setSocketTimeout(step)
                .setConnectionRequestTimeout(step)
                .setRedirectsEnabled(false)
                .setAuthenticationEnabled(false)
                .setContentCompressionEnabled(false)
                .setCookieSpec(CookieSpecs.IGNORE_COOKIES)
                .build();
    }

    private CloseableHttpClient client(JwksAddress address, Optional<KeyStore> truststore) throws IOException {
        Registry<ConnectionSocketFactory> sockets = RegistryBuilder.<ConnectionSocketFactory>create()
                .register("http", PlainConnectionSocketFactory.getSocketFactory())
                .register("https", tls(truststore))
                .build();
        // asked once a connection, and the client connects to what it answers
        BasicHttpClientConnectionManager connections =
                new BasicHttpClientConnectionManager(sockets, null, null, host -> checked(address, host));
        connections.setSocketConfig(
                SocketConfig.custom().setSoTimeout((int) STEP.toMillis()).build());
        connections.setConnectionConfig(ConnectionConfig.custom()
                .setMessageConstraints(MessageConstraints.custom()
                        .setMaxLineLength(LONGEST_LINE)
                        .setMaxHeaderCount(MOST_HEADERS)
                        .build())
                .build());
        return HttpClients.custom()
                .setConnectionManager(connections)
                .setConnectionReuseStrategy(NoConnectionReuseStrategy.INSTANCE)
                .setUserAgent("keycloak-mint")
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableAutomaticRetries()
                .disableContentCompression()
                .build();
    }

    /** TLS by Keycloak's truststore, else Java's; the name is always verified, whatever Keycloak's policy says. */
    private static SSLConnectionSocketFactory tls(Optional<KeyStore> truststore) throws IOException {
        try {
            SSLContext context = truststore.isEmpty()
                    ? SSLContexts.createDefault()
                    : SSLContexts.custom()
                            .loadTrustMaterial(truststore.get(), null)
                            .build();
            return new SSLConnectionSocketFactory(
                    context, new String[] {"TLSv1.3", "TLSv1.2"}, null, new DefaultHostnameVerifier());
        } catch (GeneralSecurityException e) {
            throw new IOException("The truststore can't be used", e);
        }
    }

    /** All of them or none: with one address inside and one outside, a name is an attempt or a mistake. */
    private InetAddress[] checked(JwksAddress address, String host) throws UnknownHostException {
        InetAddress[] found = names.resolve(host);
        for (InetAddress one : found) {
            if (!address.allows(one)) {
                throw new UnknownHostException("an address that is not public");
            }
        }
        return found;
    }

    private static byte[] body(CloseableHttpResponse response, long deadline) throws IOException {
        @Nullable HttpEntity entity = response.getEntity();
        if (entity == null) {
            throw new Failed("no body");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        InputStream in = entity.getContent(); // never closed here: that would read it to its end
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            bytes.write(buffer, 0, count);
            if (bytes.size() > LARGEST) {
                throw new Failed("larger than 256 KiB");
            }
            if (System.nanoTime() - deadline > 0) {
                throw new Failed("too slow");
            }
        }
        return bytes.toByteArray();
    }
}
