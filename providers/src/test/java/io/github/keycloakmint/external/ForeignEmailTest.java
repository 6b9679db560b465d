package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.keycloakmint.external.FakeRealm.FakeUser;
import io.github.keycloakmint.external.Trust.Preset;
import io.github.keycloakmint.external.Trust.SyncedField;
import io.github.keycloakmint.kernel.http.Refusal;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An account with somebody else's address in it, made by whoever can get a token for that. */
class ForeignEmailTest {

    private static final String ADDRESS = "{'email':'jane@example.com'}";
    private static final String VOUCHED = "{'email':'jane@example.com','email_verified':true}";

    private final FakeRealm here = new FakeRealm();

    private void write(FakeUser user, String claims) {
        ForeignToken token = Tokens.of(claims, Preset.GENERIC, false);
        new ProfileChange(here.session, here.realm, token, ForeignProfile.of(token)).write(user.model());
    }

    private boolean differs(FakeUser user, ForeignToken token) {
        return new ProfileChange(here.session, here.realm, token, ForeignProfile.of(token)).differs(user.model());
    }

    private void look(ForeignToken token) {
        new UpsertAttempt(here.session, token, ForeignProfile.of(token)).look();
    }

    private void refused(ForeignToken token) {
        assertThatThrownBy(() -> look(token)).isInstanceOf(Refusal.class).hasMessage("verified_by_another");
    }

    /** As it is when its address's owner has reset the password by mail. */
    private FakeUser reclaimed() {
        return here.created()
                .attribute("foreignEmail", "jane@example.com")
                .email("jane@example.com", true)
                .credential("password");
    }

    @Test
    void remembers_an_address_that_the_issuer_did_not_vouch_for() {
        FakeUser user = here.created();
        write(user, ADDRESS);
        assertThat(user.foreignEmail()).isEqualTo("jane@example.com");
        write(user, "{'email':'other@example.com'}");
        assertThat(user.foreignEmail()).isEqualTo("other@example.com");
        write(user, "{'email':'third@example.com','email_verified':true}");
        assertThat(user.foreignEmail()).isNull();
        write(user, ADDRESS);
        write(user, "{'userData':{'email':null}}");
        assertThat(user.foreignEmail()).isNull();
    }

    @Test
    void a_token_that_vouches_settles_it_and_another_does_not() {
        FakeUser user = here.created();
        write(user, ADDRESS);
        assertThat(differs(user, Tokens.of(ADDRESS))).isFalse();
        assertThat(differs(user, Tokens.of(VOUCHED))).isTrue();
        write(user, VOUCHED);
        assertThat(user.foreignEmail()).isNull();
        assertThat(differs(user, Tokens.of(VOUCHED))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'email':'jane@example.com'}",
                "{'email':'jane@example.com','email_verified':'true'}",
                "{'email':'mine@example.com','email_verified':true}",
                "{'email':'mine@example.com','email_verified':true,'userData':{'email':'jane@example.com'}}",
                "{'userData':{'email':'jane@example.com','email_verified':true}}"
            })
    void opens_no_account_whose_address_somebody_has_proved_to_be_his(String claims) {
        FakeUser user = reclaimed();
        refused(Tokens.of(claims));
        user.email("moved@example.com", true);
        refused(Tokens.of(claims));
        assertThat(user.writes).isZero();
    }

    @Test
    void a_link_to_another_provider_proves_it_as_well() {
        FakeUser user = reclaimed().linked("google", "7");
        user.credentials.clear();
        refused(Tokens.of(ADDRESS));
    }

    @Test
    void opens_it_for_a_token_that_vouches_whatever_is_taken_over() {
        reclaimed();
        assertThatCode(() -> look(Tokens.of(VOUCHED))).doesNotThrowAnyException();
        assertThatCode(() -> look(Tokens.of(VOUCHED, Set.of(SyncedField.NAME)))).doesNotThrowAnyException();
    }

    @Test
    void opens_it_where_nobody_has_proved_anything() {
        FakeUser user = reclaimed();
        user.credentials.clear();
        assertThatCode(() -> look(Tokens.of(ADDRESS))).doesNotThrowAnyException();
        user.credential("password").email("jane@example.com", false);
        assertThatCode(() -> look(Tokens.of(ADDRESS))).doesNotThrowAnyException();
        user.email("jane@example.com", true).attributes.remove("foreignEmail");
        assertThatCode(() -> look(Tokens.of(ADDRESS))).doesNotThrowAnyException();
    }

    @Test
    void asks_for_no_credentials_of_a_user_without_such_an_address() {
        here.created().email("jane@example.com", true).credential("password");
        look(Tokens.of(ADDRESS));
        assertThat(here.costly).isZero();
    }

    @Test
    void frozen_accounts_are_refused_before_anything_is_written() {
        FakeUser user = here.created();
        user.requiredActions.add("UPDATE_PASSWORD");
        assertThatThrownBy(() -> look(Tokens.of("{'userData':{'bio':'b'}}")))
                .isInstanceOf(Refusal.class)
                .hasMessage("required_actions");
        user.links.clear();
        user.email("jane@example.com", true);
        FakeUser local = here.user("local").email("local@example.com", true);
        local.requiredActions.add("UPDATE_PASSWORD");
        here.users.remove(user);
        assertThatThrownBy(() -> look(Tokens.of("{'email':'local@example.com','email_verified':true}")))
                .isInstanceOf(Refusal.class)
                .hasMessage("required_actions");
        assertThat(user.writes + local.writes).isZero();
    }
}
