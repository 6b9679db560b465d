package io.github.keycloakmint.kernel.http;

import io.github.keycloakmint.kernel.audit.AuditTrail;
import io.github.keycloakmint.kernel.audit.CallRecord;
import io.github.keycloakmint.kernel.audit.Outcome;
import io.github.keycloakmint.kernel.caller.CallerAddress;
import io.github.keycloakmint.kernel.keycloak.AdminAccess;
import jakarta.ws.rs.ForbiddenException;
import jakarta.ws.rs.NotAuthorizedException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * The way every call takes, in the order of contract section 2: path, method, realm, then the capability's own steps.
 * Whatever goes wrong leaves here as a body in the endpoint's shape, never as an exception.
 */
public final class Door {

    private static final Logger LOG = Logger.getLogger(Door.class);

    private final Routes routes;
    private final CallerAddress addresses;

    Door(Routes routes, CallerAddress addresses) {
        this.routes = routes;
        this.addresses = addresses;
    }

    /** Answers a call to a public path. The realm is the one of the session's context. */
    public Response serve(KeycloakSession session, Area area, String method, String path, RequestBody body) {
        return serve(session, area, method, path, body, null);
    }

    /** True where some capability has this path. */
    public boolean knows(Area area, String path) {
        return routes.find(area, path).isPresent();
    }

    /** What a caller is told when the capability is off, or its realm can't be found (contract section 2). */
    public Response off(Area area, String path) {
        return routes.find(area, path)
                .map(match ->
                        refusal(match.endpoint(), Refusal.of(match.endpoint().off(), "off")))
                .orElseGet(Door::unknownPath);
    }

    Response serve(
            KeycloakSession session,
            Area area,
            String method,
            String path,
            RequestBody body,
            @Nullable AdminAccess admin) {
        Optional<Routes.Match> match = routes.find(area, path);
        if (match.isEmpty()) {
            return unknownPath();
        }
        Endpoint endpoint = match.get().endpoint();
        if (!match.get().active()) {
            return refusal(endpoint, Refusal.of(endpoint.off(), "off"));
        }
        if (method.equals("OPTIONS")) {
            return Response.noContent()
                    .header(HttpHeaders.ALLOW, endpoint.allow())
                    .build();
        }
        @Nullable Handler handler = endpoint.methods().get(method);
        if (handler == null) {
            return with(refusal(endpoint, Refusal.of(Fault.METHOD_NOT_ALLOWED, "method")), endpoint.allow());
        }
        RealmModel realm = session.getContext().getRealm();
        if (realm == null || (area != Area.ADMIN && closed(realm))) {
            return refusal(endpoint, Refusal.of(Fault.NOT_FOUND, "realm_closed"));
        }
        String address = addresses.of(session);
        if (area != Area.ADMIN && insecure(session, realm)) {
            return refusal(endpoint, Refusal.of(Fault.FORBIDDEN, "tls_required"));
        }
        CallRecord record = new CallRecord(endpoint.capability(), realm.getName(), address);
        return answer(
                endpoint,
                handler,
                new Exchange(session, realm, address, match.get().parameters(), body, record, admin));
    }

    private static Response answer(Endpoint endpoint, Handler handler, Exchange call) {
        AuditTrail trail = new AuditTrail(call.session(), call.realm());
        try {
            Reply reply = handler.handle(call);
            trail.close(call.record(), Outcome.SUCCESS);
            return response(reply);
        } catch (Refusal refusal) {
            call.session().getTransactionManager().setRollbackOnly();
            call.record().cause(refusal.cause());
            ErrorCode code = refusal.codeIn(endpoint.errors());
            trail.close(call.record(), Outcome.ofStatus(code.status()));
            return refusal(endpoint, refusal);
        } catch (ForbiddenException | NotAuthorizedException e) {
            // Keycloak's admin evaluator says no by throwing
            call.session().getTransactionManager().setRollbackOnly();
            Refusal refusal = Refusal.of(Fault.FORBIDDEN, "admin_role_missing");
            call.record().cause("admin_role_missing");
            trail.close(call.record(), Outcome.FORBIDDEN);
            return refusal(endpoint, refusal);
        } catch (RuntimeException e) {
            return broken(endpoint, call, trail, e);
        }
    }

    private static Response broken(Endpoint endpoint, Exchange call, AuditTrail trail, RuntimeException e) {
        call.session().getTransactionManager().setRollbackOnly();
        String reference = UUID.randomUUID().toString();
        LOG.errorf(
                e,
                "%s failed in realm %s (reference %s)",
                endpoint.capability(),
                call.realm().getName(),
                reference);
        call.record().cause("reference " + reference);
        trail.close(call.record(), Outcome.ERROR);
        return refusal(endpoint, Refusal.of(Fault.INTERNAL, "reference " + reference));
    }

    /** Keycloak's dispatch to a realm's extensions checks neither (RealmsResource.resolveRealmExtension). */
    private static boolean closed(RealmModel realm) {
        return !realm.isEnabled() || realm.getName().equals(Config.getAdminRealm());
    }

    private static boolean insecure(KeycloakSession session, RealmModel realm) {
        return !session.getContext().getUri().getBaseUri().getScheme().equals("https")
                && realm.getSslRequired().isRequired(session.getContext().getConnection());
    }

    private static Response unknownPath() {
        ErrorCode code = PlainErrors.SHAPE.of(Fault.NOT_FOUND);
        return response(new Reply(code.status(), PlainErrors.SHAPE.body(code, code.text()), Map.of()));
    }

    private static Response refusal(Endpoint endpoint, Refusal refusal) {
        ErrorCode code = refusal.codeIn(endpoint.errors());
        Object body = endpoint.errors().body(code, refusal.text().orElse(code.text()));
        return response(new Reply(code.status(), body, Map.of()));
    }

    private static Response with(Response response, String allow) {
        return Response.fromResponse(response).header(HttpHeaders.ALLOW, allow).build();
    }

    private static Response response(Reply reply) {
        Response.ResponseBuilder builder =
                Response.status(reply.status()).header(HttpHeaders.CACHE_CONTROL, "no-store");
        reply.headers().forEach(builder::header);
        if (reply.body() != null) {
            builder.entity(Json.bytes(reply.body())).type(MediaType.APPLICATION_JSON_TYPE);
        }
        return builder.build();
    }
}
