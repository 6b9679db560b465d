package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.keycloakmint.external.Trust.SyncedField;
import io.github.keycloakmint.kernel.http.Refusal;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileReaderTest {

    private static ForeignProfile userData(String members) {
        return ForeignProfile.of(Tokens.of("{'userData':{" + members + "}}"));
    }

    private static void refused(String members, String field) {
        assertThatThrownBy(() -> userData(members)).isInstanceOf(Refusal.class).hasMessage("invalid_" + field);
    }

    @Test
    void takes_all_fields_of_the_documented_token() {
        ForeignProfile profile = userData("'email':' Jane@Example.com','name':'Jane van Doe','username':'janedoe',"
                + "'avatar':'https://example.com/a.jpg','bio':'Tech\\nenthusiast',"
                + "'location':{'type':'Point','coordinates':[-73.935242,40.73061],'bbox':[]},"
                + "'birthdate':'1995-01-01','metadata':{'office':'boston'},'secureMetadata':{'plan':1}");
        assertThat(profile.given(ProfileField.EMAIL)).hasValue("jane@example.com");
        assertThat(profile.given(ProfileField.FULL_NAME)).hasValue("Jane van Doe");
        assertThat(profile.given(ProfileField.FIRST_NAME)).hasValue("Jane van");
        assertThat(profile.given(ProfileField.LAST_NAME)).hasValue("Doe");
        assertThat(profile.given(ProfileField.USERNAME)).hasValue("janedoe");
        assertThat(profile.given(ProfileField.AVATAR)).hasValue("https://example.com/a.jpg");
        assertThat(profile.given(ProfileField.BIO)).hasValue("Tech\nenthusiast");
        assertThat(profile.given(ProfileField.LOCATION))
                .hasValue("{\"type\":\"Point\",\"coordinates\":[-73.935242,40.73061]}");
        assertThat(profile.given(ProfileField.BIRTHDATE)).hasValue("1995-01-01T00:00:00.000Z");
        assertThat(profile.given(ProfileField.METADATA)).hasValue("{\"office\":\"boston\"}");
        assertThat(profile.given(ProfileField.SECURE_METADATA)).hasValue("{\"plan\":1}");
        assertThat(profile.emailVerified()).isFalse();
    }

    @Test
    void keeps_what_is_not_there_and_deletes_what_is_null() {
        ForeignProfile profile = userData("'bio':null,'name':null");
        assertThat(profile.changes())
                .containsOnlyKeys(
                        ProfileField.BIO, ProfileField.FULL_NAME, ProfileField.FIRST_NAME, ProfileField.LAST_NAME)
                .containsEntry(ProfileField.BIO, Optional.empty());
        assertThat(ForeignProfile.of(Tokens.of("{}")).changes()).isEmpty();
    }

    @Test
    void lets_standard_claims_serve_where_user_data_has_none() {
        ForeignProfile profile = ForeignProfile.of(Tokens.of("{'userData':{'username':'jane','avatar':null},"
                + "'preferred_username':'other','picture':'https://example.com/x','email':'jane@example.com',"
                + "'given_name':'Jane','family_name':'van Doe','birthdate':'1995-01-01'}"));
        assertThat(profile.given(ProfileField.USERNAME)).hasValue("jane");
        assertThat(profile.changes()).containsEntry(ProfileField.AVATAR, Optional.empty());
        assertThat(profile.given(ProfileField.EMAIL)).hasValue("jane@example.com");
        assertThat(profile.given(ProfileField.FULL_NAME)).hasValue("Jane van Doe");
        assertThat(profile.given(ProfileField.LAST_NAME)).hasValue("van Doe");
        assertThat(profile.given(ProfileField.BIRTHDATE)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1995", "0000-04-01"})
    void takes_a_standard_birthdate_that_is_no_date_for_none(String birthdate) {
        assertThat(ForeignProfile.of(Tokens.of("{'birthdate':'" + birthdate + "'}"))
                        .changes())
                .isEmpty();
        refused("'birthdate':'" + birthdate + "'", "birthdate");
    }

    @Test
    void does_not_look_at_fields_that_are_not_taken_over() {
        ForeignToken token = Tokens.of("{'userData':{'bio':1,'username':'jane'}}", Set.of(SyncedField.USERNAME));
        assertThat(ForeignProfile.of(token).changes()).containsOnlyKeys(ProfileField.USERNAME);
    }

    @Test
    void believes_a_verified_address_from_the_top_level_alone() {
        assertThat(ForeignProfile.of(Tokens.of("{'email':'j@example.com','email_verified':true}"))
                        .emailVerified())
                .isTrue();
        assertThat(ForeignProfile.of(Tokens.of("{'userData':{'email':'j@example.com'},'email_verified':true}"))
                        .emailVerified())
                .isTrue();
        assertThat(userData("'email':'j@example.com','email_verified':true").emailVerified())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"'true'", "1", "null", "[true]", "{}", "false"})
    void believes_nothing_but_the_boolean(String value) {
        assertThat(ForeignProfile.of(Tokens.of("{'email':'j@example.com','email_verified':" + value + "}"))
                        .emailVerified())
                .isFalse();
    }

    @Test
    void does_not_lend_the_verification_of_one_address_to_another() {
        ForeignProfile profile = ForeignProfile.of(Tokens.of(
                "{'email':'mine@example.com','email_verified':true,'userData':{'email':'victim@example.com'}}"));
        assertThat(profile.given(ProfileField.EMAIL)).hasValue("victim@example.com");
        assertThat(profile.emailVerified()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "javascript:alert(1)",
                "data:image/png;base64,AA",
                "//example.com/a",
                "ftp://example.com/a",
                "https:///a",
                "https://example.com/a b",
                "https://example.com/\\u0000",
                ""
            })
    void refuses_an_avatar_that_is_no_web_address(String avatar) {
        refused("'avatar':'" + avatar + "'", "avatar");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"[180.1,0]", "[0,-90.1]", "[0]", "[0,0,0]", "['0',0]", "[1e999,0]", "[null,0]", "{}", "'0,0'"})
    void refuses_coordinates_that_are_no_place(String coordinates) {
        refused("'location':{'type':'Point','coordinates':" + coordinates + "}", "location");
    }

    @Test
    void refuses_another_geometry() {
        refused("'location':{'type':'point','coordinates':[0,0]}", "location");
        refused("'location':[0,0]", "location");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'email':'jane'",
                "'email':''",
                "'email':1",
                "'username':' jane'",
                "'username':''",
                "'username':'ja\\u200bne'",
                "'username':'ja\\u202ene'",
                "'username':{}",
                "'name':'Jane\\nDoe'",
                "'name':['Jane']",
                "'bio':'a\\u0000b'",
                "'bio':'a\\rb'",
                "'bio':'\\ud800'",
                "'birthdate':'1995-02-30'",
                "'birthdate':788918400000",
                "'metadata':[]",
                "'metadata':'{}'",
                "'metadata':{'a':{'b':['\\u0000']}}",
                "'metadata':{'\\u0000':1}",
                "'secureMetadata':true"
            })
    void refuses_naming_the_field(String member) {
        refused(member, member.substring(1, member.indexOf('\'', 1)));
    }

    @Test
    void bounds_every_text() {
        refused("'name':'" + "n".repeat(256) + "'", "name");
        refused("'username':'" + "n".repeat(256) + "'", "username");
        refused("'bio':'" + "b".repeat(10_001) + "'", "bio");
        refused("'avatar':'https://example.com/" + "a".repeat(2_048) + "'", "avatar");
        String fits = "'metadata':{'a':'" + "m".repeat(16 * 1024 - 8) + "'}";
        assertThat(userData(fits).given(ProfileField.METADATA)).isPresent();
        refused(fits.replace("mm'", "mmm'"), "metadata");
    }

    @Test
    void keeps_emoji() {
        assertThat(userData("'bio':'\\ud83d\\ude00'").given(ProfileField.BIO)).hasValue("\ud83d\ude00");
    }
}
