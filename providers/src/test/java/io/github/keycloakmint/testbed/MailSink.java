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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes mails over SMTP on loopback and keeps their text. For servers that run on this machine, not in a container. */
public final class MailSink implements AutoCloseable {

    private final ServerSocket socket;
    private final Optional<Path> directory;
    private final List<String> mails = new CopyOnWriteArrayList<>();

    private MailSink(ServerSocket socket, Optional<Path> directory) {
        this.socket = socket;
        this.directory = directory;
    }

    public static MailSink start() {
        return start(Optional.empty());
    }

    /** Writes each mail into a file of its own as well: {@code 0001.eml}, {@code 0002.eml} and so on. */
    static MailSink into(Path directory) {
        return start(Optional.of(directory));
    }

    private static MailSink start(Optional<Path> directory) {
        try {
            MailSink sink = new MailSink(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), directory);
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
        ObjectNode smtp = Json.object("host", "127.0.0.1", "port", String.valueOf(port()));
        smtp.put("from", "keycloak@example.com");
        realm.updateRealm(representation -> representation.set("smtpServer", smtp));
    }

    int port() {
        return socket.getLocalPort();
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
                keep(data(in));
                answer(out, "250 taken");
            } else if (command.equals("QUIT")) {
                answer(out, "221 bye");
                return;
            } else {
                answer(out, "250 ok");
            }
        }
    }

    private synchronized void keep(String mail) throws IOException {
        mails.add(mail);
        if (directory.isPresent()) {
            Path file = directory.get().resolve(String.format(Locale.ROOT, "%04d.eml", mails.size()));
            Files.createFile(file, DemoEnvironment.forOwnerOnly());
            Files.writeString(file, mail, StandardCharsets.UTF_8);
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
