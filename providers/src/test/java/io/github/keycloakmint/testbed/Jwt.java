package io.github.keycloakmint.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Looks into a token without verifying anything. */
public final class Jwt {

    private Jwt() {}

    public static JsonNode header(String token) {
        return part(token, 0);
    }

    public static JsonNode payload(String token) {
        return part(token, 1);
    }

    private static JsonNode part(String token, int index) {
        byte[] json = Base64.getUrlDecoder().decode(token.split("\\.")[index]);
        return Json.parse(new String(json, StandardCharsets.UTF_8));
    }
}
