package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.keycloakmint.external.FakeRealm.FakeUser;
import io.github.keycloakmint.external.Trust.Preset;
import io.github.keycloakmint.kernel.http.Refusal;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmailPolicyTest {

    private static final String UNVERIFIED = "{'email':'new@example.com','userData':{'bio':'b'}}";
    private static final String VERIFIED = "{'email':'new@example.com','email_verified':true,'userData':{'bio':'b'}}";

    private final FakeRealm here = new FakeRealm();

    private boolean changes(FakeUser user, String claims, boolean trustEmail) {
        ForeignToken token = Tokens.of(claims, Preset.GENERIC, trustEmail);
        ForeignProfile permitted =
                new EmailPolicy(here.session, here.realm, token).permitted(ForeignProfile.of(token), user.model());
        assertThat(permitted.changes()).containsEntry(ProfileField.BIO, Optional.of("b"));
        return permitted.changes().containsKey(ProfileField.EMAIL);
    }

    private void changesOnlyByATrustedWord(FakeUser user) {
        assertThat(changes(user, UNVERIFIED, false)).isFalse();
        assertThat(changes(user, UNVERIFIED, true)).isFalse();
        assertThat(changes(user, VERIFIED, false)).isFalse();
        assertThat(changes(user, "{'userData':{'email':null,'bio':'b'}}", true)).isFalse();
        assertThat(changes(user, VERIFIED, true)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"password", "webauthn-passwordless"})
    void changes_no_address_of_a_user_who_signs_in_here(String credential) {
        changesOnlyByATrustedWord(here.created().email("old@example.com", true).credential(credential));
    }

    @Test
    void changes_no_address_of_an_account_that_was_linked() {
        changesOnlyByATrustedWord(
                here.user("local").linked("external-project", "42").email("old@example.com", true));
    }

    @Test
    void changes_no_address_of_a_user_who_comes_by_another_provider_too() {
        changesOnlyByATrustedWord(here.created().linked("other", "7").email("old@example.com", true));
    }

    @Test
    void changes_the_address_of_a_user_who_came_by_the_issuer_alone() {
        FakeUser user = here.created().email("old@example.com", true).credential("otp");
        assertThat(changes(user, UNVERIFIED, false)).isTrue();
        assertThat(changes(user, "{'userData':{'email':null,'bio':'b'}}", false))
                .isTrue();
    }

    @Test
    void never_changes_the_address_of_an_administrator() {
        FakeUser user = here.created().email("old@example.com", true).admin();
        assertThat(changes(user, UNVERIFIED, false)).isFalse();
        assertThat(changes(user, VERIFIED, true)).isFalse();
    }

    @Test
    void asks_for_no_credentials_where_the_address_is_the_same() {
        FakeUser user = here.created().email("new@example.com", true).credential("password");
        assertThat(changes(user, UNVERIFIED, false)).isTrue();
        assertThat(here.costly).isZero();
    }

    private Optional<String> linked(Preset preset, String email, String claims) {
        here.users.clear();
        here.user("local").email(email, true);
        ForeignToken token = Tokens.of("{'email':'" + email + "','email_verified':true" + claims + "}", preset, false);
        return new EmailPolicy(here.session, here.realm, token)
                .accountToLink(ForeignProfile.of(token))
                .map(user -> user.getId());
    }

    private void refused(Preset preset, String email, String claims) {
        assertThatThrownBy(() -> linked(preset, email, claims))
                .isInstanceOf(Refusal.class)
                .hasMessage("link_refused");
    }

    @ParameterizedTest
    @CsvSource({"FIREBASE", "GENERIC"})
    void T22_through_firebase_google_speaks_for_gmail_alone(Preset preset) {
        String google = ",'firebase':{'sign_in_provider':'google.com'}";
        assertThat(linked(preset, "j@gmail.com", google)).hasValue("local");
        refused(preset, "j@example.com", google);
        refused(preset, "j@example.com", google + ",'hd':'example.com'");
        refused(preset, "j@gmail.com.example.com", google);
        assertThat(linked(preset, "j@example.com", ",'firebase':{'sign_in_provider':'password'}"))
                .hasValue("local");
        assertThat(linked(preset, "j@example.com", "")).hasValue("local");
    }

    @Test
    void T22_google_itself_speaks_for_its_customers_too() {
        assertThat(linked(Preset.GOOGLE, "j@gmail.com", "")).hasValue("local");
        assertThat(linked(Preset.GOOGLE, "j@example.com", ",'hd':'example.com'"))
                .hasValue("local");
        refused(Preset.GOOGLE, "j@example.com", "");
        refused(Preset.GOOGLE, "j@example.com", ",'hd':true");
    }
}
