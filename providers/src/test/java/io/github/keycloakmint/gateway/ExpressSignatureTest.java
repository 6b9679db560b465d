package io.github.keycloakmint.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExpressSignatureTest {

    private static final String KEY = "tobiiscool";

    /** The vector of npm cookie-signature's own test, in the form in which npm cookie sends it. */
    @Test
    void it_signs_as_the_package_does() {
        assertThat(ExpressSignature.sign("hello", KEY))
                .isEqualTo("s%3Ahello.DGDUkGlIkCzPz%2BC0B064FNgHdEjox7ch8tOBGslZ5QI");
    }

    @Test
    void it_reads_what_it_signed_with_any_of_the_keys_encoded_or_not() {
        String signed = ExpressSignature.sign("a.b-c_d.e", KEY);
        assertThat(ExpressSignature.unsign(signed, List.of(KEY))).contains("a.b-c_d.e");
        assertThat(ExpressSignature.unsign(signed, List.of("another", KEY))).contains("a.b-c_d.e");
        assertThat(ExpressSignature.unsign("s:hello.DGDUkGlIkCzPz+C0B064FNgHdEjox7ch8tOBGslZ5QI", List.of(KEY)))
                .contains("hello");
    }

    @Test
    void whatever_was_changed_is_none() {
        String signed = ExpressSignature.sign("hello", KEY);
        for (String cookie : List.of(
                "",
                "s%3A",
                "s%3A.",
                "hello",
                "j%3A{}",
                "s%3Ahello",
                "s%3Ahello.",
                "s%3A.DGDUkGlIkCzPz%2BC0B064FNgHdEjox7ch8tOBGslZ5QI",
                signed.replace("hello", "hallo"),
                signed + "%3D",
                signed + "A",
                signed.replace("%2B", "%20"),
                signed.replace("%2B", "%2"),
                signed.substring(0, signed.length() - 1),
                '"' + signed + '"',
                signed.substring(4))) {
            assertThat(ExpressSignature.unsign(cookie, List.of(KEY))).as(cookie).isEmpty();
        }
        assertThat(ExpressSignature.unsign(signed, List.of("another"))).isEmpty();
        assertThat(ExpressSignature.unsign(signed, List.of())).isEmpty();
    }
}
