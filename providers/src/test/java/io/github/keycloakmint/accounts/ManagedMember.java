package io.github.keycloakmint.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A member whom Keycloak deletes with his membership. Neither import nor the admin's REST makes one; somebody who registers
 * on Keycloak's page by Keycloak's own invitation is one (RegistrationUserCreation).
 */
final class ManagedMember {

    private static final Pattern LINK = Pattern.compile("\\n(http\\S+/registrations\\?\\S+)");
    private static final Pattern ACTION = Pattern.compile("action=\"([^\"]+login-actions/registration[^\"]+)\"");

    private ManagedMember() {}

    /** Returns his email; his password is {@link TestRealm#PASSWORD}. */
    static String of(TestRealm realm, String organization) {
        String email = "managed" + System.nanoTime() + "@accounts.example";
        try (Inbox inbox = Inbox.of(realm)) {
            Http.post(realm.adminUrl("/organizations/" + organization + "/members/invite-user"))
                    .bearer(admin(realm))
                    .form(Map.of("email", email, "firstName", "Mana", "lastName", "Ged"))
                    .send()
                    .expect(204);
            Answer page = Http.get(URI.create(first(LINK, inbox.mailTo(email))))
                    .send()
                    .expect(200);
            String cookies = page.headers("set-cookie").stream()
                    .map(cookie -> cookie.substring(0, cookie.indexOf(';')))
                    .collect(Collectors.joining("; "));
            Http.post(URI.create(first(ACTION, page.body()).replace("&amp;", "&")))
                    .header("Cookie", cookies)
                    .form(Map.of(
                            "username",
                            email,
                            "email",
                            email,
                            "firstName",
                            "Mana",
                            "lastName",
                            "Ged",
                            "password",
                            TestRealm.PASSWORD,
                            "password-confirm",
                            TestRealm.PASSWORD))
                    .send()
                    .expect(302);
        }
        assertThat(realm.get("/organizations/" + organization + "/members/" + realm.userId(email))
                        .expect(200)
                        .json()
                        .path("membershipType")
                        .asText())
                .isEqualTo("MANAGED");
        return email;
    }

    private static String first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as(pattern.pattern()).isTrue();
        return matcher.group(1);
    }

    private static String admin(TestRealm realm) {
        return Http.post(realm.server().url("/realms/master/protocol/openid-connect/token"))
                .form(Map.of(
                        "grant_type",
                        "password",
                        "client_id",
                        "admin-cli",
                        "username",
                        realm.server().adminUser(),
                        "password",
                        realm.server().adminPassword()))
                .send()
                .expect(200)
                .json()
                .path("access_token")
                .asText();
    }
}
