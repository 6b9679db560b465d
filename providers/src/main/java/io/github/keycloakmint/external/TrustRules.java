package io.github.keycloakmint.external;

import io.github.keycloakmint.external.Trust.JtiPolicy;
import io.github.keycloakmint.external.Trust.Keys;
import io.github.keycloakmint.external.Trust.LinkPolicy;
import io.github.keycloakmint.external.Trust.Preset;
import io.github.keycloakmint.external.Trust.SyncedField;
import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.keycloak.ReservedClients;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.RealmModel;

/**
 * What makes the configuration of an identity provider a {@link Trust}. One set of rules for the admin who saves and for the
 * request that comes later: a row can get into the database without having been saved by an admin.
 */
final class TrustRules {

    /** Google signs with either spelling of its name; stored and looked up is the one with the scheme. */
    private static final String GOOGLE = "https://accounts.google.com";

    private static final String GOOGLE_BARE = "accounts.google.com";
    private static final String GOOGLE_KEYS = "https://www.googleapis.com/oauth2/v3/certs";
    private static final String FIREBASE = "https://securetoken.google.com/";
    private static final String FIREBASE_KEYS =
            "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com";

    private static final String PRESETS_ALGORITHM = "RS256";

    /** Also what can be an {@code iss} at all: nothing else is ever looked up. */
    static final Pattern NAME = Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]{0,253}[\\x21-\\x7e])?");

    private static final String NAME_FORM = "at most 255 printable ASCII characters";
    private static final Pattern FIREBASE_PROJECT = Pattern.compile("[a-z0-9-]{1,64}");
    private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9._~-]{1,128}");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /** RFC 6265 section 4.1.1, a token of RFC 9110 section 5.6.2. */
    private static final Pattern COOKIE = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");

    /** Browsers drop a {@code __Host-} cookie that has a path, which ours has; the others are Keycloak's own. */
    private static final Pattern TAKEN_COOKIE = Pattern.compile("(?i)(__Host-|KEYCLOAK_|KC_|AUTH_SESSION_ID).*");

    private static final int LONGEST_KEY_TEXT = 65_536;

    private final IdentityProviderModel provider;
    private final String project;
    private final Settings settings;
    private final Preset preset;

    private TrustRules(IdentityProviderModel provider, String project) {
        this.provider = provider;
        this.project = project;
        this.settings = new Settings(provider.getConfig());
        this.preset = chosen(Setting.PRESET, Preset.class);
    }

    /**
     * Throws {@link BadSetting}.
     *
     * @param project of the realm, for a provider that names none
     */
    static Trust read(IdentityProviderModel provider, String project) {
        return new TrustRules(provider, project).trust();
    }

    /** The id of the project that {@code realm} is (contract section 1). */
    static String project(RealmModel realm) {
        return new Attributes("realm '" + realm.getName() + "'", realm::getAttribute)
                .text("mint.project-id")
                .orElseGet(realm::getName);
    }

    /** The spelling under which an issuer is stored and looked up. */
    static String canonical(String issuer) {
        return issuer.equals(GOOGLE_BARE) ? GOOGLE : issuer;
    }

    private Trust trust() {
        String issuer = issuer();
        // never the issuer itself: then no issuer would have to name an audience, and a token for any app would do
        String projectId = settings.text(Setting.PROJECT_ID, NAME, NAME_FORM).orElse(project);
        String algorithm = algorithm();
        return new Trust(
                provider,
                issuer,
                projectId,
                keys(algorithm),
                algorithm,
                audiences(issuer, projectId),
                settings.number(Setting.LONGEST_LIFE, 1, 86_400),
                settings.number(Setting.CLOCK_SKEW, 0, 300),
                jti(),
                chosen(Setting.LINK_POLICY, LinkPolicy.class),
                fields(),
                client(),
                cookieName(),
                preset,
                signInProviders());
    }

    private String issuer() {
        Optional<String> given = settings.text(Setting.ISSUER, NAME, NAME_FORM).map(TrustRules::canonical);
        Optional<String> own =
                switch (preset) {
                    case GENERIC -> Optional.empty();
                    case GOOGLE -> Optional.of(GOOGLE);
                    case FIREBASE ->
                        Optional.of(FIREBASE
                                + settings.text(Setting.PROJECT_ID, FIREBASE_PROJECT, "a Firebase project ID")
                                        .orElseThrow(() -> required(Setting.PROJECT_ID)));
                };
        if (own.isPresent() && given.isPresent() && !own.equals(given)) {
            throw new BadSetting(Setting.ISSUER, "with this preset it must be empty or " + own.orElseThrow());
        }
        return given.or(() -> own).orElseThrow(() -> new BadSetting(Setting.ISSUER, "must not be empty"));
    }

    private String algorithm() {
        String algorithm = settings.choice(Setting.ALGORITHM);
        if (preset != Preset.GENERIC && !algorithm.equals(PRESETS_ALGORITHM)) {
            throw new BadSetting(Setting.ALGORITHM, "with this preset it must be " + PRESETS_ALGORITHM);
        }
        return algorithm;
    }

    private Keys keys(String algorithm) {
        Optional<Keys.Text> current = key(Setting.CURRENT_KEY, Setting.CURRENT_KEY_ID, algorithm);
        Optional<Keys.Text> previous = key(Setting.PREVIOUS_KEY, Setting.PREVIOUS_KEY_ID, algorithm);
        Optional<String> url = settings.text(Setting.JWKS_URL).map(KeyAddress::checked);
        if (current.isEmpty() && previous.isEmpty() && url.isEmpty()) {
            url = switch (preset) {
                case GENERIC ->
                    throw new BadSetting(
                            Setting.CURRENT_KEY, "must not be empty unless there is a " + Setting.JWKS_URL.label());
                case GOOGLE -> Optional.of(GOOGLE_KEYS);
                case FIREBASE -> Optional.of(FIREBASE_KEYS);
            };
        }
        return new Keys(current, previous, url);
    }

    private Optional<Keys.Text> key(Setting text, Setting id, String algorithm) {
        Optional<String> kid =
                settings.text(id, KEY_ID, "1 to 128 letters, digits, dots, underscores, tildes or hyphens");
        Optional<String> key = settings.text(text, LONGEST_KEY_TEXT);
        if (key.isEmpty() && kid.isPresent()) {
            throw new BadSetting(id, "there is no key for it");
        }
        key.flatMap(value -> SigningKeys.check(value, algorithm)).ifPresent(complaint -> {
            throw new BadSetting(text, complaint);
        });
        return key.map(value -> new Keys.Text(value, kid));
    }

    private Set<String> audiences(String issuer, String projectId) {
        Set<String> given = settings.list(Setting.AUDIENCES, NAME, "names of " + NAME_FORM);
        return switch (preset) {
            case GOOGLE -> {
                if (given.isEmpty()) {
                    // whoever gets a Google ID token for any app of his own could sign in here
                    throw required(Setting.AUDIENCES);
                }
                yield given;
            }
            case FIREBASE -> {
                if (!given.isEmpty() && !given.equals(Set.of(projectId))) {
                    throw new BadSetting(Setting.AUDIENCES, "with this preset it must be empty or the project ID");
                }
                yield Set.of(projectId);
            }
            case GENERIC -> given.isEmpty() && !issuer.equals(projectId) ? Set.of(projectId) : given;
        };
    }

    private JtiPolicy jti() {
        JtiPolicy policy = chosen(Setting.JTI_POLICY, JtiPolicy.class);
        if (preset == Preset.FIREBASE && policy == JtiPolicy.REQUIRED) {
            throw new BadSetting(Setting.JTI_POLICY, "Firebase's tokens have none, so all would be refused");
        }
        return policy;
    }

    private Set<SyncedField> fields() {
        Set<String> words = settings.list(Setting.FIELDS, WORD, "words of the list");
        if (words.equals(Set.of("none"))) {
            return Set.of();
        }
        Set<SyncedField> fields = EnumSet.noneOf(SyncedField.class);
        for (String word : words) {
            if (word.equals("none") || !Setting.FIELDS.options().contains(word)) {
                throw new BadSetting(
                        Setting.FIELDS,
                        "must be some of " + String.join(", ", Setting.FIELDS.options()) + "; none stands alone");
            }
            fields.add(SyncedField.valueOf(word.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT)));
        }
        return Set.copyOf(fields);
    }

    /** It may not be there yet: realm imports make identity providers first. */
    private String client() {
        String clientId = settings.text(Setting.CLIENT, NAME, NAME_FORM).orElseThrow(() -> required(Setting.CLIENT));
        if (ReservedClients.contains(clientId)) {
            throw new BadSetting(Setting.CLIENT, "must not be one of Keycloak's own clients");
        }
        return clientId;
    }

    private String cookieName() {
        String name = settings.text(
                        Setting.COOKIE_NAME, COOKIE, "1 to 64 letters, digits, hyphens, underscores or dots")
                .orElse(Setting.COOKIE_NAME.fallback());
        if (TAKEN_COOKIE.matcher(name).matches()) {
            throw new BadSetting(Setting.COOKIE_NAME, "must not begin like a cookie of Keycloak's, nor with __Host-");
        }
        return name;
    }

    private Set<String> signInProviders() {
        Set<String> names = settings.list(Setting.SIGN_IN_PROVIDERS, WORD, "names such as password or google.com");
        if (preset != Preset.FIREBASE && !names.isEmpty()) {
            // believed to restrict, it would restrict nothing
            throw new BadSetting(Setting.SIGN_IN_PROVIDERS, "must be empty unless the preset is firebase");
        }
        return names;
    }

    private static BadSetting required(Setting setting) {
        return new BadSetting(setting, "must not be empty");
    }

    /** The constant whose name is the chosen word, {@code LINK_VERIFIED} for {@code link-verified}. */
    private <E extends Enum<E>> E chosen(Setting setting, Class<E> type) {
        return Enum.valueOf(type, settings.choice(setting).replace('-', '_').toUpperCase(Locale.ROOT));
    }
}
