package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.testbed.TestRealm;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** Keycloak's own login page, as far as device cookies go. */
final class LoginPage {

    static final String APP = "https://app.inbox-manager.com/";

    private LoginPage() {}

    static HostedPages open(TestRealm realm) {
        return open(realm, "");
    }

    /** @param more parameters of the app's request */
    static HostedPages open(TestRealm realm, String more) {
        return new HostedPages(realm.server().baseUrl())
                .open(realm.url(request() + more).toString());
    }

    /** By a proxy that gives the server a path of its own. */
    static HostedPages open(TestRealm realm, URI front) {
        return new HostedPages(realm.server().baseUrl(), front).open(front + "/realms/" + realm.name() + request());
    }

    private static String request() {
        return "/protocol/openid-connect/auth?client_id=" + Access.CLIENT
                + "&response_type=code&scope=openid&redirect_uri=" + APP
                + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    }

    /** First the name, then the password, as Keycloak's pages of a realm with organizations ask for them. */
    static boolean signsIn(HostedPages page, String email, String password) {
        page.submit(Map.of("username", email));
        return continues(page, password);
    }

    static boolean continues(HostedPages page, String password) {
        assertThat(page.text()).contains("name=\"password\"");
        page.submit(Map.of("password", password));
        return signedIn(page);
    }

    static boolean signedIn(HostedPages page) {
        return page.address().toString().startsWith(APP);
    }

    static List<String> deviceCookies(HostedPages page) {
        return page.cookies().stream()
                .filter(set -> set.startsWith(Device.PREFIX))
                .toList();
    }

    /** A browser that comes again with its device cookie and no session. */
    static HostedPages again(TestRealm realm, HostedPages before) {
        return as(before, open(realm));
    }

    /** {@code page} in the browser that has the device cookie of {@code before}. */
    static HostedPages as(HostedPages before, HostedPages page) {
        deviceCookies(before).forEach(set -> page.keep(set));
        return page;
    }
}
