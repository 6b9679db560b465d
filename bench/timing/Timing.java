import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Welch's t between the times of refusals that must look alike. One thread, one connection, one call at a time; within a
 * round every kind of a group is called once, in random order, so that whatever drifts, drifts for all.
 *
 * <p>Usage: {@code java Timing.java KINDS.json CALLS WARM_UP ONLY}; {@code run} beside it prepares the environment.
 */
final class Timing {

    private static final double LIMIT = 4.5;

    /** The same for every kind: what is cut off are pauses of the machine, which say nothing about the answer. */
    private static final double CUT_BELOW = 0.005;

    private static final double CUT_ABOVE = 0.05;

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(\\w+)}");
    private static final Random RANDOM = new Random();

    private Timing() {}

    public static void main(String[] arguments) throws IOException {
        Locale.setDefault(Locale.ROOT);
        int calls = Integer.parseInt(arguments[1]);
        int warmUp = Integer.parseInt(arguments[2]);
        Map<?, ?> kinds = (Map<?, ?>) new JsonReader(Files.readString(Path.of(arguments[0]))).read();
        List<Report> reports = new ArrayList<>();
        for (Object entry : (List<?>) kinds.get("groups")) {
            Map<?, ?> group = (Map<?, ?>) entry;
            if (text(group.get("name")).contains(arguments[3])) {
                reports.add(measure(group, calls, warmUp));
            }
        }
        if (reports.isEmpty()) {
            throw new IOException("No group is named like that");
        }
        boolean alike = reports.stream().allMatch(Report::alike);
        double largest = reports.stream().mapToDouble(Report::largest).max().orElse(0);
        System.out.printf(
                "**Result:** the largest |t| of any pair is %.2f over %,d interleaved calls of each kind (limit %.1f)%s.%n",
                largest, calls, LIMIT, alike ? "" : ": **some refusals can be told apart**");
        System.out.printf(
                "%nWelch's t of the trimmed samples: of each kind the slowest %.1f %% and the fastest %.1f %% are left out."
                        + " Kinds are compared within their group only.%n",
                CUT_ABOVE * 100, CUT_BELOW * 100);
        reports.forEach(Report::print);
        System.exit(alike ? 0 : 1);
    }

    private static Report measure(Map<?, ?> group, int calls, int warmUp) throws IOException {
        List<Kind> kinds = new ArrayList<>();
        for (Object call : (List<?>) group.get("calls")) {
            kinds.add(new Kind(group, (Map<?, ?>) call, calls));
        }
        String status = text(group.get("status"));
        try (Connection connection = new Connection(URI.create(System.getenv("BASE_URL")))) {
            for (int round = -warmUp; round < calls; round++) {
                List<Kind> order = new ArrayList<>(kinds);
                Collections.shuffle(order, RANDOM);
                for (Kind kind : order) {
                    kind.call(connection, status, round);
                }
            }
        }
        System.err.println("timing: done: " + group.get("name"));
        return new Report(text(group.get("name")), kinds);
    }

    private static String text(Object value) {
        if (value == null) {
            throw new IllegalArgumentException("A group needs name, status, method, path, headers, body and calls");
        }
        return value.toString();
    }

    /** Placeholders are members of the call, else of its group, else environment variables. */
    private static String fill(String text, Map<?, ?> call, Map<?, ?> group) {
        Matcher matcher = PLACEHOLDER.matcher(text);
        return matcher.replaceAll(match -> {
            String name = match.group(1);
            if (name.equals("RANDOM")) {
                return Matcher.quoteReplacement(String.format("%012x", RANDOM.nextLong() & 0xffff_ffff_ffffL));
            }
            Object value = call.containsKey(name) ? call.get(name) : group.get(name);
            String found = value == null ? System.getenv(name) : fill(value.toString(), call, group);
            return Matcher.quoteReplacement(text(found));
        });
    }

    /** One way to be refused, and how long it took each time. */
    private static final class Kind {
        private final Map<?, ?> group;
        private final Map<?, ?> call;
        private final String name;
        private final long[] nanos;
        private String answer = "";

        Kind(Map<?, ?> group, Map<?, ?> call, int calls) {
            this.group = group;
            this.call = call;
            this.name = text(call.get("name"));
            this.nanos = new long[calls];
        }

        void call(Connection connection, String status, int round) throws IOException {
            byte[] request = request();
            long begin = System.nanoTime();
            Answer got = connection.exchange(request);
            long took = System.nanoTime() - begin;
            if (!got.status().equals(status)) {
                throw new IOException(name + " got " + got.status() + ", not " + status + ": " + got.body());
            }
            answer = got.body();
            if (round >= 0) {
                nanos[round] = took;
            }
        }

        private byte[] request() {
            StringBuilder head = new StringBuilder();
            String body = fill(text(group.get("body")), call, group);
            head.append(text(group.get("method"))).append(' ').append(fill(text(group.get("path")), call, group));
            head.append(" HTTP/1.1\r\nHost: ").append(URI.create(System.getenv("BASE_URL")).getAuthority());
            ((Map<?, ?>) group.get("headers")).forEach((header, value) ->
                    head.append("\r\n").append(header).append(": ").append(fill(value.toString(), call, group)));
            head.append("\r\nContent-Length: ").append(body.getBytes(StandardCharsets.UTF_8).length).append("\r\n\r\n");
            return head.append(body).toString().getBytes(StandardCharsets.UTF_8);
        }

        Sample sample() {
            long[] sorted = nanos.clone();
            Arrays.sort(sorted);
            int from = (int) (sorted.length * CUT_BELOW);
            int to = sorted.length - (int) (sorted.length * CUT_ABOVE);
            return Sample.of(Arrays.copyOfRange(sorted, from, to));
        }
    }

    private record Sample(int size, double mean, double variance, double median) {
        static Sample of(long[] sorted) {
            double mean = Arrays.stream(sorted).average().orElse(Double.NaN);
            double squares = Arrays.stream(sorted).mapToDouble(value -> (value - mean) * (value - mean)).sum();
            return new Sample(sorted.length, mean, squares / (sorted.length - 1), sorted[sorted.length / 2]);
        }

        double welch(Sample other) {
            return (mean - other.mean) / Math.sqrt(variance / size + other.variance / other.size);
        }
    }

    private record Report(String name, List<Kind> kinds, List<Sample> samples) {

        Report(String name, List<Kind> kinds) {
            this(name, kinds, kinds.stream().map(Kind::sample).toList());
        }

        boolean alike() {
            return !(largest() >= LIMIT) && sameBytes();
        }

        private boolean sameBytes() {
            return kinds.stream().map(kind -> kind.answer).distinct().count() == 1;
        }

        double largest() {
            double largest = 0;
            for (Sample one : samples) {
                for (Sample other : samples) {
                    largest = one == other ? largest : Math.max(largest, Math.abs(one.welch(other)));
                }
            }
            return largest;
        }

        void print() {
            System.out.printf("%n## %s%n%n| | kind | mean µs | median µs |", name);
            for (int i = 1; i <= kinds.size(); i++) {
                System.out.printf(" t to %d |", i);
            }
            System.out.printf("%n|---:|---|---:|---:|%s%n", "---:|".repeat(kinds.size()));
            for (int i = 0; i < kinds.size(); i++) {
                Sample row = samples.get(i);
                System.out.printf("| %d | %s | %.1f | %.1f |", i + 1, kinds.get(i).name, row.mean() / 1e3, row.median() / 1e3);
                for (int j = 0; j < kinds.size(); j++) {
                    double t = row.welch(samples.get(j));
                    System.out.printf(i == j ? " |" : Math.abs(t) >= LIMIT ? " **%.2f** |" : " %.2f |", t);
                }
                System.out.println();
            }
            System.out.printf("%n%s%n", sameBytes() ? "Same bytes for every kind." : "**The answers' bytes differ.**");
            for (int i = 0; i < kinds.size(); i++) {
                for (int j = i + 1; j < kinds.size(); j++) {
                    double t = samples.get(i).welch(samples.get(j));
                    if (Math.abs(t) >= LIMIT) {
                        System.out.printf(
                                "%nCan be told apart: %s and %s, %.1f µs, t %.2f%n",
                                kinds.get(i).name,
                                kinds.get(j).name,
                                Math.abs(samples.get(i).mean() - samples.get(j).mean()) / 1e3,
                                t);
                    }
                }
            }
        }
    }

    private record Answer(String status, String body) {}

    /** A kept-alive connection; no client library, so that little of the time measured is our own. */
    private static final class Connection implements AutoCloseable {
        private final Socket socket;
        private final InputStream in;

        Connection(URI base) throws IOException {
            socket = new Socket(base.getHost(), base.getPort());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(30_000);
            in = new BufferedInputStream(socket.getInputStream(), 16_384);
        }

        Answer exchange(byte[] request) throws IOException {
            socket.getOutputStream().write(request);
            String status = line().split(" ")[1];
            int length = -1;
            for (String header = line(); !header.isEmpty(); header = line()) {
                if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
                    length = Integer.parseInt(header.substring(15).trim());
                }
            }
            if (length < 0) {
                throw new IOException("An answer without Content-Length, status " + status);
            }
            return new Answer(status, new String(in.readNBytes(length), StandardCharsets.UTF_8));
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    throw new EOFException("The server closed the connection");
                }
                if (next != '\r') {
                    line.append((char) next);
                }
            }
            return line.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** Objects, lists and strings: what a file of kinds is made of, and nothing that would need a library. */
    private static final class JsonReader {
        private final String text;
        private int at;

        JsonReader(String text) {
            this.text = text;
        }

        Object read() throws IOException {
            return switch (next()) {
                case '{' -> object();
                case '[' -> list();
                case '"' -> string();
                default -> throw bad();
            };
        }

        private Map<String, Object> object() throws IOException {
            Map<String, Object> object = new LinkedHashMap<>();
            for (char token = next(); token != '}'; token = next()) {
                if (token == ',') {
                    token = next();
                }
                if (token != '"') {
                    throw bad();
                }
                String name = string();
                if (next() != ':') {
                    throw bad();
                }
                object.put(name, read());
            }
            return object;
        }

        private List<Object> list() throws IOException {
            List<Object> list = new ArrayList<>();
            for (char token = next(); token != ']'; token = next()) {
                if (token != ',') {
                    at--;
                }
                list.add(read());
            }
            return list;
        }

        private String string() throws IOException {
            StringBuilder string = new StringBuilder();
            while (at < text.length() && text.charAt(at) != '"') {
                if (text.charAt(at) == '\\') {
                    at++;
                    if (at >= text.length() || "\"\\/".indexOf(text.charAt(at)) < 0) {
                        throw bad();
                    }
                }
                string.append(text.charAt(at++));
            }
            at++;
            return string.toString();
        }

        private char next() throws IOException {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            if (at >= text.length()) {
                throw bad();
            }
            return text.charAt(at++);
        }

        private IOException bad() {
            return new IOException("The file of kinds has objects, lists and strings only; character " + at);
        }
    }
}
