package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.external.FakeRealm.FakeUser;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What mappers make of claims, which are the issuer's. */
class SparingUserTest {

    private final FakeRealm here = new FakeRealm();
    private final FakeUser user = here.created();

    private SparingUser sparing(String alias) {
        return SparingUser.writing(user.model(), new MappedFields(here.realm, alias));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "avatar|javascript:alert(1)",
                "avatar|data:image/png;base64,AA",
                "location|{\"type\":\"Point\",\"coordinates\":[181,0]}",
                "location|Berlin",
                "birthdate|1995-02-30",
                "birthdate|yesterday",
                "metadata|[]",
                "metadata|{office=boston}",
                "metadata|\"text\"",
                "secureMetadata|true",
                "bio|a\u0007b",
                "fullName|a\u0085b",
                "firstName|a\u2028b",
                "foreignUsername|ja\u200bne",
                "foreignUsername|\u3164",
                "email|jane"
            })
    void a_mapped_value_that_breaks_the_fields_rules_is_left_out(String attribute, String value) {
        SparingUser mapped = sparing("external-project");
        mapped.setSingleAttribute(attribute, value);
        assertThat(mapped.fields()).isEmpty();
        assertThat(mapped.changed()).isFalse();
        assertThat(user.writes).isZero();
    }

    @Test
    void bounds_what_is_mapped() {
        SparingUser mapped = sparing("external-project");
        mapped.setSingleAttribute("avatar", "https://example.com/" + "a".repeat(2_048));
        mapped.setSingleAttribute("bio", "b".repeat(10_001));
        mapped.setSingleAttribute("metadata", "{\"a\":\"" + "m".repeat(16 * 1024) + "\"}");
        mapped.setSingleAttribute("metadata", "[".repeat(5_000));
        mapped.setFirstName("n".repeat(256));
        assertThat(mapped.fields()).isEmpty();
    }

    @Test
    void a_valid_value_is_kept_in_the_spelling_that_is_stored() {
        SparingUser mapped = sparing("external-project");
        mapped.setEmail("Jane@Example.com");
        mapped.setSingleAttribute("birthdate", "1995-01-01");
        mapped.setSingleAttribute("location", "{ \"type\":\"Point\",\"coordinates\":[1,2],\"bbox\":[] }");
        mapped.setAttribute("avatar", List.of("https://example.com/a", "x"));
        mapped.removeAttribute("bio");
        mapped.setLastName("");
        assertThat(mapped.fields())
                .containsEntry(ProfileField.EMAIL, Optional.of("jane@example.com"))
                .containsEntry(ProfileField.BIRTHDATE, Optional.of("1995-01-01T00:00:00.000Z"))
                .containsEntry(ProfileField.LOCATION, Optional.of("{\"type\":\"Point\",\"coordinates\":[1,2]}"))
                .containsEntry(ProfileField.AVATAR, Optional.of("https://example.com/a"))
                .containsEntry(ProfileField.BIO, Optional.empty())
                .containsEntry(ProfileField.LAST_NAME, Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({"foreignEmail", "foreignUsernameKey", "profileUpdatedAt", "username"})
    void our_own_bookkeeping_is_no_mappers_business(String attribute) {
        user.attribute(attribute, "ours");
        SparingUser mapped = sparing("external-project");
        mapped.setSingleAttribute(attribute, "theirs");
        mapped.removeAttribute(attribute);
        assertThat(mapped.changed()).isFalse();
        assertThat(user.attributes).containsEntry(attribute, "ours");
    }

    @Test
    void the_admin_is_told_once_for_each_provider_and_field() {
        List<String> told = new ArrayList<>();
        Handler ear = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                told.add(entry.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(MappedFields.class.getName());
        logger.addHandler(ear);
        try {
            for (int i = 0; i < 3; i++) {
                sparing("told-a").setSingleAttribute("avatar", "javascript:secret");
                sparing("told-a").setSingleAttribute("birthdate", "secret");
                sparing("told-b").setSingleAttribute("avatar", "javascript:secret");
            }
        } finally {
            logger.removeHandler(ear);
        }
        assertThat(told).hasSize(3).noneMatch(line -> line.contains("secret"));
    }
}
