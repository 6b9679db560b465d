package io.github.keycloakmint.testbed;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes mails over SMTP on loopback and keeps their text. For servers that run on this machine, not in a container. */
public final class MailSink implements AutoCloseable {

    private final ServerSocket socket;
    private final List<String> mails = new CopyOnWriteArrayList<>();

    private MailSink(ServerSocket socket) {
        this.socket = socket;
    }

    public static MailSink start() {
        try {
            MailSink sink = new MailSink(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
            Thread thread = new Thread(sink::accept, "mail-sink");
            thread.setDaemon(true);
            thread.start();
            return sink;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes {@code realm} send its mails here. */
    public void serve(TestRealm realm) {
        ObjectNode smtp = Json.object("host", "127.0.0.1", "port", String.valueOf(socket.getLocalPort()));
        smtp.put("from", "keycloak@example.com");
        realm.updateRealm(representation -> representation.set("smtpServer", smtp));
    }

    /** Every mail that came, the first one first, with soft line breaks taken out. */
    public List<String> mails() {
        return List.copyOf(mails);
    }

    private void accept() {
        while (!socket.isClosed()) {
            try (Socket client = socket.accept()) {
                talk(client);
            } catch (IOException e) {
                // a client that went away, or the end: the test sees what came until then
                continue;
            }
        }
    }

    private void talk(Socket client) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
        OutputStream out = client.getOutputStream();
        answer(out, "220 sink");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String command = line.toUpperCase(Locale.ROOT);
            if (command.equals("DATA")) {
                answer(out, "354 go on");
                mails.add(data(in));
                answer(out, "250 taken");
            } else if (command.equals("QUIT")) {
                answer(out, "221 bye");
                return;
            } else {
                answer(out, "250 ok");
            }
        }
    }

    private static String data(BufferedReader in) throws IOException {
        StringBuilder mail = new StringBuilder();
        for (String line = in.readLine(); line != null && !line.equals("."); line = in.readLine()) {
            mail.append(line).append('\n');
        }
        // quoted-printable
        return mail.toString().replace("=\n", "").replace("=3D", "=");
    }

    private static void answer(OutputStream out, String line) throws IOException {
        out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
