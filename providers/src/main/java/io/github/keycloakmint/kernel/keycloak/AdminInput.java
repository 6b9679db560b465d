package io.github.keycloakmint.kernel.keycloak;

import jakarta.ws.rs.core.Response;
import org.keycloak.representations.idm.ErrorRepresentation;
import org.keycloak.services.ErrorResponseException;

/** What an admin sent can't be taken. */
public final class AdminInput {

    private AdminInput() {}

    /**
     * To throw out of validations that Keycloak calls from several places: the admin gets 400 and this text from creation,
     * update, realm import and partial import alike. An IllegalArgumentException would be 400 from the first two, but a 500
     * without a word from the imports ({@code IdentityProvidersResource} catches it, {@code RealmsAdminResource} and
     * {@code PartialImportManager} do not). Nothing is committed ({@code ErrorResponseException} rolls back).
     *
     * @param text for the admin; no secret in it, since it is logged when an import at start fails
     */
    public static RuntimeException refused(String text) {
        return new Refused(text);
    }

    private static final class Refused extends ErrorResponseException {
        private static final long serialVersionUID = 1L;

        private final String text;

        Refused(String text) {
            super(response(text));
            this.text = text;
        }

        /** Without it, an import at start would end with "HTTP 500". */
        @Override
        public String getMessage() {
            return text;
        }

        private static Response response(String text) {
            ErrorRepresentation error = new ErrorRepresentation();
            error.setErrorMessage(text);
            return Response.status(Response.Status.BAD_REQUEST)
                    .type("application/json")
                    .entity(error)
                    .build();
        }
    }
}
