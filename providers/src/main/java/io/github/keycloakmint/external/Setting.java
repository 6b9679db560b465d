package io.github.keycloakmint.external;

import java.util.Arrays;
import java.util.List;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.provider.ProviderConfigProperty;

/** The settings of an identity provider of type {@code external-jwt}, in the order of its form in the admin console. */
enum Setting {
    /** Shown, never kept: the console itself asks every provider of a custom type for a client id and secret. */
    NOTICE(
            "notice",
            "Client ID and secret",
            "The admin console asks every custom identity provider for a client ID and a client secret. This type uses "
                    + "neither and keeps neither: type any character. The redirect URI is not used either.",
            ProviderConfigProperty.STRING_TYPE,
            "Not used here: type a dash in both"),
    PRESET(
            "preset",
            "Preset",
            "Whose tokens these are. google: Google ID tokens. firebase: Firebase ID tokens. Both know their issuer and "
                    + "keys, so that those fields may stay empty. generic: tokens of any other system.",
            ProviderConfigProperty.LIST_TYPE,
            "generic",
            "generic",
            "google",
            "firebase"),
    ISSUER(
            IdentityProviderModel.ISSUER,
            "Issuer",
            "The value of iss in the tokens, to the letter. With the presets google and firebase it may stay empty.",
            ProviderConfigProperty.STRING_TYPE,
            ""),
    PROJECT_ID(
            "projectId",
            "Project ID",
            "The project that the issuer speaks for. Empty: this realm's, which is its attribute mint.project-id, else its "
                    + "name. If it differs from the issuer, tokens must name an audience. With the preset firebase it is "
                    + "required: the Firebase project ID.",
            ProviderConfigProperty.STRING_TYPE,
            ""),
    CURRENT_KEY(
            "currentKey",
            "Current key",
            "The public key that tokens are signed with: PEM (BEGIN PUBLIC KEY or BEGIN CERTIFICATE), a JWK, or a JWK set. "
                    + "Never a private key: it is refused. Give a key, a JWKS URL, or both.",
            ProviderConfigProperty.TEXT_TYPE,
            ""),
    CURRENT_KEY_ID(
            "currentKeyId",
            "Current key's ID",
            "The kid that tokens must have for the current key. Empty: any kid, or none, unless the key itself has one.",
            ProviderConfigProperty.STRING_TYPE,
            ""),
    PREVIOUS_KEY(
            "previousKey",
            "Previous key",
            "During a rotation: the public key that is still accepted beside the current one. Empty it when the last token "
                    + "that it signed has expired.",
            ProviderConfigProperty.TEXT_TYPE,
            ""),
    PREVIOUS_KEY_ID(
            "previousKeyId",
            "Previous key's ID",
            "The kid that tokens must have for the previous key. Empty: any kid, or none, unless the key itself has one.",
            ProviderConfigProperty.STRING_TYPE,
            ""),
    JWKS_URL(
            "jwksUrl",
            "JWKS URL",
            "Where the issuer publishes its public keys, https only. With the presets google and firebase an empty field "
                    + "means their own, unless a key is given above.",
            ProviderConfigProperty.STRING_TYPE,
            ""),
    ALGORITHM(
            "algorithm",
            "Algorithm",
            "The one signature algorithm that is accepted, whatever a token says. Google and Firebase sign with RS256.",
            ProviderConfigProperty.LIST_TYPE,
            "RS256",
            "RS256",
            "RS384",
            "RS512",
            "PS256",
            "PS384",
            "PS512",
            "ES256",
            "ES384",
            "ES512",
            "EdDSA"),
    AUDIENCES(
            "audiences",
            "Audiences",
            "Tokens must name one of these in aud. Empty: the project ID, or none is asked for where the issuer is the "
                    + "project ID. With the preset google it is required: your OAuth client IDs. With firebase it may "
                    + "stay empty.",
            ProviderConfigProperty.MULTIVALUED_STRING_TYPE,
            ""),
    LONGEST_LIFE(
            "maxLifetime",
            "Longest life (seconds)",
            "Tokens that live longer than this are refused, from 1 to 86400.",
            ProviderConfigProperty.INTEGER_TYPE,
            "3600"),
    CLOCK_SKEW(
            IdentityProviderModel.ALLOWED_CLOCK_SKEW,
            "Clock skew (seconds)",
            "How far the issuer's clock may be off, from 0 to 300.",
            ProviderConfigProperty.INTEGER_TYPE,
            "30"),
    JTI_POLICY(
            "jtiPolicy",
            "Token ID (jti)",
            "where-present: a token with a jti can be used once, one without a jti until it expires. required: a token "
                    + "without a jti is refused. Firebase's tokens have none.",
            ProviderConfigProperty.LIST_TYPE,
            "where-present",
            "where-present",
            "required"),
    LINK_POLICY(
            "linkPolicy",
            "Link by email",
            "Whether a new foreign user takes over the account here that has his email. link-verified: if the token says "
                    + "email_verified and the account's address is verified. link-trusted: if the account's address is "
                    + "verified; only for an issuer that you trust with every account of this realm. never: he is refused.",
            ProviderConfigProperty.LIST_TYPE,
            "link-verified",
            "link-verified",
            "link-trusted",
            "never"),
    FIELDS(
            "syncFields",
            "Fields to sync",
            "What is taken over from tokens, at first and whenever it changes. Empty: all. none: nothing.",
            ProviderConfigProperty.MULTIVALUED_LIST_TYPE,
            "email##name##username##avatar##bio##location##birthdate##metadata##secureMetadata",
            "email",
            "name",
            "username",
            "avatar",
            "bio",
            "location",
            "birthdate",
            "metadata",
            "secureMetadata",
            "none"),
    CLIENT(
            "tokenClientId",
            "Client for the tokens",
            "The client of this realm that Keycloak's tokens are issued for. Its settings decide on their life and claims.",
            ProviderConfigProperty.CLIENT_LIST_TYPE,
            ""),
    COOKIE_NAME(
            "cookieName",
            "Cookie name",
            "The name of the cookie that holds the refresh token.",
            ProviderConfigProperty.STRING_TYPE,
            "replyke-refresh-jwt"),
    SIGN_IN_PROVIDERS(
            "signInProviders",
            "Sign-in providers (Firebase)",
            "Which of Firebase's ways to sign in are let in, for example password or google.com. Empty: all.",
            ProviderConfigProperty.MULTIVALUED_STRING_TYPE,
            "");

    private final String key;
    private final String label;
    private final String help;
    private final String type;
    private final String fallback;
    private final List<String> options;

    Setting(String key, String label, String help, String type, String fallback, String... options) {
        this.key = key;
        this.label = label;
        this.help = help;
        this.type = type;
        this.fallback = fallback;
        this.options = List.of(options);
    }

    /** In the provider's configuration. */
    String key() {
        return key;
    }

    String label() {
        return label;
    }

    /** The value of an empty field; empty where it has none of its own. */
    String fallback() {
        return fallback;
    }

    /** The words that are allowed; empty for free text. */
    List<String> options() {
        return options;
    }

    static List<ProviderConfigProperty> form() {
        return Arrays.stream(values()).map(Setting::property).toList();
    }

    private ProviderConfigProperty property() {
        ProviderConfigProperty property = new ProviderConfigProperty();
        property.setName(key);
        property.setLabel(label);
        property.setHelpText(help);
        property.setType(type);
        property.setDefaultValue(fallback.isEmpty() ? null : fallback);
        property.setOptions(options);
        return property;
    }
}
