package jakarta.transaction;

/**
 * Stands in for the class of Jakarta Transactions, which the server brings: without it no JVM links Keycloak's
 * {@code KeycloakModelUtils}, whose transactions unit tests run with sessions of their own.
 */
public class SystemException extends Exception {
    private static final long serialVersionUID = 1L;
}
