package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.http.Exchange;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The request that a proxy asks about, as far as it can be known. Only a trusted proxy's word counts, and only where its
 * headers agree: a proxy sets one kind of them and hands the others on as the client wrote them.
 *
 * @param method empty: not known
 * @param path empty: not known, or none that can be compared
 * @param query empty: none, or not known
 */
record OriginalRequest(Optional<String> method, Optional<RequestPath> path, Optional<String> query) {

    static final OriginalRequest UNKNOWN = new OriginalRequest(Optional.empty(), Optional.empty(), Optional.empty());

    private static final List<String> METHODS = List.of("X-Original-Method", "X-Forwarded-Method");
    private static final List<String> URIS = List.of("X-Original-URI", "X-Forwarded-Uri", "x-envoy-original-path");

    private static final Pattern METHOD = Pattern.compile("[A-Z]{1,20}");
    private static final int LONGEST = 16_384;

    /** What the proxy says; its own call is only about it. */
    static OriginalRequest asked(Exchange call) {
        if (!call.fromProxy()) {
            return UNKNOWN;
        }
        Optional<String> uri = said(call, URIS).filter(said -> said.length() <= LONGEST);
        return new OriginalRequest(
                said(call, METHODS).filter(said -> METHOD.matcher(said).matches()),
                uri.flatMap(said -> RequestPath.of(before(said, '?'))),
                uri.map(said -> after(said, '?')));
    }

    /** A call that is about itself. No path of the bundle's own takes a token in its query. */
    static OriginalRequest itself(String method) {
        return new OriginalRequest(Optional.of(method), Optional.empty(), Optional.empty());
    }

    /** RFC 9110 section 9.2.1, without OPTIONS: it is asked before a request and not by anybody. */
    boolean onlyReads() {
        return method.filter(said -> said.equals("GET") || said.equals("HEAD")).isPresent();
    }

    private static Optional<String> said(Exchange call, List<String> headers) {
        Set<String> values =
                headers.stream().flatMap(name -> call.headers(name).stream()).collect(Collectors.toSet());
        return values.size() == 1 ? values.stream().findFirst() : Optional.empty();
    }

    /** Values of {@code token=} in its query, each once. */
    List<String> tokens() {
        return pairs().filter(pair -> decoded(before(pair, '=')).equals("token"))
                .map(pair -> decoded(after(pair, '=')))
                .distinct()
                .toList();
    }

    private Stream<String> pairs() {
        return query.stream().flatMap(text -> Arrays.stream(text.split("&", -1)));
    }

    private static String before(String text, char mark) {
        int at = text.indexOf(mark);
        return at < 0 ? text : text.substring(0, at);
    }

    private static String after(String text, char mark) {
        return text.substring(Math.min(text.length(), before(text, mark).length() + 1));
    }

    /** What can't be decoded is no token and is refused as one. */
    private static String decoded(String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    @Override
    public String toString() {
        return "OriginalRequest"; // tokens get into no log by accident
    }
}
