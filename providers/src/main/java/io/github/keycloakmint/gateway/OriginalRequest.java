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

/**
 * The request that a proxy asks about, as far as it can be known. Only a trusted proxy's word counts, and only where its
 * headers agree: a proxy sets one kind of them and hands the others on as the client wrote them.
 *
 * @param method empty: not known
 * @param path empty: not known, or none that can be compared
 * @param tokens values of {@code token=} in its query
 */
record OriginalRequest(Optional<String> method, Optional<RequestPath> path, List<String> tokens) {

    static final OriginalRequest UNKNOWN = new OriginalRequest(Optional.empty(), Optional.empty(), List.of());

    private static final List<String> METHODS = List.of("X-Original-Method", "X-Forwarded-Method");
    private static final List<String> URIS = List.of("X-Original-URI", "X-Forwarded-Uri", "x-envoy-original-path");

    private static final Pattern METHOD = Pattern.compile("[A-Z]{1,20}");
    private static final int LONGEST = 16_384;

    OriginalRequest {
        tokens = List.copyOf(tokens);
    }

    /** What the proxy says; its own call is only about it. */
    static OriginalRequest asked(Exchange call) {
        if (!call.fromProxy()) {
            return UNKNOWN;
        }
        Optional<String> uri = said(call, URIS).filter(said -> said.length() <= LONGEST);
        return new OriginalRequest(
                said(call, METHODS).filter(said -> METHOD.matcher(said).matches()),
                uri.flatMap(said -> RequestPath.of(part(said, '?', true))),
                uri.map(said -> tokens(part(said, '?', false))).orElse(List.of()));
    }

    /** A call that is about itself. No path of the bundle's own takes a token in its query. */
    static OriginalRequest itself(String method) {
        return new OriginalRequest(Optional.of(method), Optional.empty(), List.of());
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

    private static String part(String uri, char at, boolean before) {
        int cut = uri.indexOf(at);
        if (cut < 0) {
            return before ? uri : "";
        }
        return before ? uri.substring(0, cut) : uri.substring(cut + 1);
    }

    private static List<String> tokens(String query) {
        return Arrays.stream(query.split("&", -1))
                .filter(pair -> pair.startsWith("token="))
                .map(pair -> pair.substring("token=".length()))
                .map(OriginalRequest::decoded)
                .distinct()
                .toList();
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
