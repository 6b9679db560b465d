package io.github.keycloakmint.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.keycloak.AccountName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InvitationMailTest {

    @ParameterizedTest
    @CsvSource({
        "https://app.example/join, https://app.example/join?token=T",
        "https://app.example/join?a=b, https://app.example/join?a=b&token=T",
        "https://app.example/#/join, https://app.example/?token=T#/join",
        "http://localhost:3000/join, http://localhost:3000/join?token=T",
        "http://[::1]:3000/, http://[::1]:3000/?token=T"
    })
    void the_token_goes_into_the_query_of_the_page(String page, String link) {
        assertThat(InvitationMail.page(page).map(InvitationMail::new).map(mail -> mail.link("T")))
                .contains(link);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "app.example",
                "/join",
                "http://app.example/",
                "http://localhost.evil.example/",
                "https://user@app.example/",
                "https:///join",
                "javascript:alert(1)",
                "https://app.example/a b"
            })
    void a_page_that_is_not_on_the_web_is_none(String page) {
        assertThat(InvitationMail.page(page)).isEmpty();
    }

    @Test
    void a_mail_carries_plain_names_alone() {
        for (String fit : new String[] {"Acme Inc.", "Näh & Söhne (Berlin)", "O'Hara, Smith, Co.", "株式会社"}) {
            assertThat(AccountName.fitForMail(fit)).as(fit).isTrue();
        }
        for (String unfit : new String[] {
            "evil.example", "http://x", "a@b", "<b>", "x".repeat(101), "Win: now", "a/b", "a,b.example"
        }) {
            assertThat(AccountName.fitForMail(unfit)).as(unfit).isFalse();
        }
    }
}
