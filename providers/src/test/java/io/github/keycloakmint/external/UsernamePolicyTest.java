package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.keycloakmint.external.FakeRealm.FakeUser;
import io.github.keycloakmint.kernel.http.Refusal;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsernamePolicyTest {

    private final FakeRealm here = new FakeRealm();
    private final FakeUser user = here.user("1").email("own@example.com", true);
    private final UsernamePolicy policy = new UsernamePolicy(here.session, here.realm);

    private void goesBy(FakeUser holder, String name) {
        ProfileField.USERNAME.write(holder.model(), Optional.of(name));
    }

    private void taken(String name) {
        assertThatThrownBy(() -> policy.requireFree(name, user.model()))
                .as(name)
                .isInstanceOf(Refusal.class)
                .hasMessage("username_taken");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jane doe",
                "JANE DOE",
                "\uff2aane Doe",
                "\ud835\udc09ane Doe",
                "Jane\u00a0Doe",
                "Jane  Doe",
                "Jane\u3000Doe",
                "Jane\ufe0f Doe",
                "J\u034fane Doe",
                "Jane Doe\u3164",
                "Jane Doe\u2800"
            })
    void a_name_that_looks_like_anothers_is_taken(String name) {
        goesBy(here.user("2"), "Jane Doe");
        taken(name);
        assertThat(policy.contested(name, "1")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bob", "BOB", "\uff42ob", "\u212fve", "a@b.example", "\uff41@b.example"})
    void a_name_that_looks_like_a_username_or_an_address_is_taken(String name) {
        here.user("2").username = "bob";
        here.user("3").username = "eve";
        here.user("4").email("a@b.example", true);
        taken(name);
    }

    @Test
    void other_names_are_free_and_ones_own_is() {
        goesBy(here.user("2"), "jane");
        goesBy(user, "joan");
        for (String name : new String[] {"j\u00e1ne", "ja ne", "janet", "joan", "Joan", "own@example.com"}) {
            assertThatCode(() -> policy.requireFree(name, user.model())).doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "other@example.com",
                "other\uff20example.com",
                "other\ufe6bexample.com",
                "own\uff20example.com",
                "own@exam\u212ale.com"
            })
    void a_name_that_looks_like_an_address_must_be_his_own(String name) {
        assertThatThrownBy(() -> UsernamePolicy.requireOwnAddress(name, user.model()))
                .isInstanceOf(Refusal.class)
                .hasMessage("invalid_username");
    }

    @Test
    void his_own_verified_address_may_be_his_name() {
        UsernamePolicy.requireOwnAddress("Own@Example.com", user.model());
        user.verified = false;
        assertThatThrownBy(() -> UsernamePolicy.requireOwnAddress("own@example.com", user.model()))
                .isInstanceOf(Refusal.class);
    }

    @Test
    void gives_up_the_contested_name_for_the_former_one() {
        goesBy(user, "jane");
        assertThat(policy.giveUp("jane", Optional.of("Old"), user.model())).hasValue("Old");
        assertThat(user.attributes).containsEntry("foreignUsername", "Old").containsEntry("foreignUsernameKey", "old");
    }

    @Test
    void gives_nothing_back_that_is_taken_or_as_contested() {
        goesBy(here.user("2"), "\uff2fLD");
        for (Optional<String> former : java.util.List.of(
                Optional.of("old"), Optional.of("JANE"), Optional.of("was@example.com"), Optional.<String>empty())) {
            goesBy(user, "jane");
            assertThat(policy.giveUp("jane", former, user.model())).isEmpty();
            assertThat(user.attributes).doesNotContainKeys("foreignUsername", "foreignUsernameKey");
        }
    }

    @Test
    void leaves_a_name_that_is_no_longer_the_contested_one() {
        goesBy(user, "newer");
        assertThat(policy.giveUp("jane", Optional.of("old"), user.model())).isEmpty();
        assertThat(user.attributes).containsEntry("foreignUsername", "newer");
    }

    @Test
    void a_name_without_its_key_is_taken_anew() {
        user.attribute("foreignUsername", "Jane");
        ForeignToken token = Tokens.of("{'userData':{'username':'Jane'}}");
        ProfileChange change = new ProfileChange(here.session, here.realm, token, ForeignProfile.of(token));
        assertThat(change.differs(user.model())).isTrue();
        change.write(user.model());
        assertThat(user.attributes).containsEntry("foreignUsernameKey", "jane");
        assertThat(change.differs(user.model())).isFalse();
    }

    @Test
    void a_name_whose_key_is_nothing_or_too_long_is_no_name() {
        for (String name : new String[] {"\u3164", "\ufe0f", "\ufdfa".repeat(20)}) {
            assertThatThrownBy(() -> ForeignProfile.of(Tokens.of("{'userData':{'username':'" + name + "'}}")))
                    .isInstanceOf(Refusal.class)
                    .hasMessage("invalid_username");
        }
    }
}
