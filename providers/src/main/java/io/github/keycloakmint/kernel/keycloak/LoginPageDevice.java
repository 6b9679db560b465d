package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.http.Cookie;
import io.github.keycloakmint.kernel.limits.KnownDevices;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.UriBuilder;
import java.util.List;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakUriInfo;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.LoginActionsService;

/**
 * The device cookie of Keycloak's own login pages. Its path is the one that these pages' forms are sent to, and it comes from
 * pages of the same site alone: no form of another site can use up a user's tries with his own browser, and a form there
 * needs a page that the same browser was given (T26).
 *
 * <p>Nowhere else of Keycloak's: the token endpoint takes a form of any site, and brokers, CIBA and token exchange take no
 * password.
 */
record LoginPageDevice(KeycloakSession session, RealmModel realm, String path) {

    /** Empty where it is no form of these pages that is answered. */
    static Optional<LoginPageDevice> at(KeycloakSession session, RealmModel realm) {
        if (session.getContext().getAuthenticationSession() == null) {
            return Optional.empty();
        }
        KeycloakUriInfo uri = session.getContext().getUri();
        // spelled otherwise it would not have brought the cookie
        return uri.getRequestUri()
                        .getRawPath()
                        .startsWith(path(realm, uri.getDelegate().getBaseUriBuilder()) + '/')
                ? Optional.of(new LoginPageDevice(session, realm, path(realm, uri.getBaseUriBuilder())))
                : Optional.empty();
    }

    /** Below where Keycloak is called, or where browsers find it: a proxy may take a path of its own away between them. */
    private static String path(RealmModel realm, UriBuilder base) {
        return LoginActionsService.loginActionsBaseUrl(base)
                .build(realm.getName())
                .getRawPath();
    }

    /** Every value that came: a browser sends one for each path that fits. */
    List<String> cookies() {
        List<String> sent = session.getContext().getRequestHeaders().getRequestHeader(HttpHeaders.COOKIE);
        return sent == null ? List.of() : Cookie.values(sent, name());
    }

    void keep(KnownDevices.Remembered device) {
        session.getContext()
                .getHttpResponse()
                .setCookieIfAbsent(new NewCookie.Builder(name())
                        .value(device.value())
                        .path(path)
                        .maxAge(Math.toIntExact(device.seconds()))
                        .secure(true)
                        .httpOnly(true)
                        .sameSite(NewCookie.SameSite.LAX)
                        .build());
    }

    private String name() {
        return KnownDevices.Door.pages(realm).cookie();
    }
}
