package io.github.keycloakmint.kernel.http;

import io.github.keycloakmint.kernel.audit.AuditTrail;
import io.github.keycloakmint.kernel.audit.CallRecord;
import io.github.keycloakmint.kernel.audit.Count;
import io.github.keycloakmint.kernel.audit.Outcome;
import io.github.keycloakmint.kernel.caller.CallerAddress;
import io.github.keycloakmint.kernel.keycloak.AdminAccess;
import io.github.keycloakmint.kernel.keycloak.AdminRealm;
import io.github.keycloakmint.kernel.keycloak.RightsChanges;
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
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * The way every call takes, in the order of contract section 2: path, method, realm, then the capability's own steps.
 * Whatever goes wrong leaves here as a body in the endpoint's shape, never as an exception.
 */
public final class Door {

    private static final Logger LOG = Logger.getLogger(Door.class);
    private static final EvenTime EVENLY = new EvenTime();

    private final Routes routes;
    private final CallerAddress addresses;

    Door(Routes routes, CallerAddress addresses) {
        this.routes = routes;
        this.addresses = addresses;
    }

    String address(KeycloakSession session) {
        return addresses.of(session);
    }

    /** Answers a call to a public path. The realm is the one of the session's context. */
    public Response serve(KeycloakSession session, Area area, String method, String path, RequestBody body) {
        return serve(session, area, method, path, body, null);
    }

    /** True where some capability has this path. */
    public boolean knows(Area area, String path) {
        return routes.find(area, path).isPresent();
    }

    /** True where the realm of a call that names none is the one of the place alone ({@link Endpoint#ofPlace}). */
    public boolean ofPlace(Area area, String path) {
        return routes.find(area, path)
                .filter(match -> match.endpoint().ofPlace())
                .isPresent();
    }

    /** What a caller is told when the capability is off, or its realm can't be found (contract section 2). */
    public Response off(Area area, String path) {
        return routes.find(area, path)
                .map(match ->
                        uncalled(match.endpoint(), Refusal.of(match.endpoint().off(), "off")))
                .orElseGet(() -> {
                    Count.of("unknown", "unknown_path");
                    return unknownPath();
                });
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
            Count.of("unknown", "unknown_path");
            return unknownPath();
        }
        Endpoint endpoint = match.get().endpoint();
        if (!match.get().active()) {
            return uncalled(endpoint, Refusal.of(endpoint.off(), "off"));
        }
        // where OPTIONS is a method like any other, it is asked by a proxy about somebody's preflight and is none
        // itself
        if (method.equals("OPTIONS") && !endpoint.methods().containsKey(method)) {
            Count.of(endpoint.capability(), "preflight");
            return allowing(Cors.preflight(session, endpoint), endpoint);
        }
        @Nullable Handler handler = endpoint.methods().get(method);
        if (handler == null) {
            return allowing(uncalled(endpoint, Refusal.of(Fault.METHOD_NOT_ALLOWED, "method")), endpoint);
        }
        RealmModel realm = session.getContext().getRealm();
        if (realm == null || (area != Area.ADMIN && closed(realm))) {
            return uncalled(endpoint, Refusal.of(Fault.NOT_FOUND, "realm_closed"));
        }
        // before anything is read of anybody
        RightsChanges.noted(session, realm.getId());
        String address = addresses.of(session);
        if (area != Area.ADMIN && insecure(session, realm, address)) {
            return uncalled(endpoint, Refusal.of(Fault.FORBIDDEN, "tls_required"));
        }
        CallRecord record = new CallRecord(endpoint.capability(), realm.getId(), realm.getName(), address);
        return answer(
                endpoint,
                handler,
                new Exchange(
                        endpoint,
                        session,
                        realm,
                        new Exchange.Peer(address, addresses.fromProxy(session)),
                        match.get().parameters(),
                        body,
                        record,
                        admin));
    }

    private static Response answer(Endpoint endpoint, Handler handler, Exchange call) {
        try {
            return answerOrThrow(endpoint, handler, call);
        } catch (RuntimeException e) {
            // the audit itself failed: nothing is left but to answer
            call.session().getTransactionManager().setRollbackOnly();
            LOG.errorf(
                    e,
                    "%s failed in realm %s and could not be recorded",
                    endpoint.capability(),
                    call.realm().getName());
            return refusal(endpoint, Refusal.of(Fault.INTERNAL, "unrecorded"));
        }
    }

    private static Response answerOrThrow(Endpoint endpoint, Handler handler, Exchange call) {
        AuditTrail trail = new AuditTrail(call.session(), call.realm());
        Response response;
        try {
            response = call.cors().onto(response(handler.handle(call)));
        } catch (Refusal refusal) {
            return refused(endpoint, call, trail, refusal);
        } catch (ForbiddenException | NotAuthorizedException e) {
            // Keycloak's admin evaluator says no by throwing
            return refused(endpoint, call, trail, Refusal.of(Fault.FORBIDDEN, "admin_role_missing"));
        } catch (RuntimeException e) {
            String reference = "reference " + UUID.randomUUID();
            LOG.errorf(
                    e,
                    "%s failed in realm %s (%s)",
                    endpoint.capability(),
                    call.realm().getName(),
                    reference);
            return refused(endpoint, call, trail, Refusal.unexpected(reference));
        }
        trail.close(call.record(), Outcome.SUCCESS);
        return response;
    }

    private static Response refused(Endpoint endpoint, Exchange call, AuditTrail trail, Refusal refusal) {
        if (!refusal.keeps()) {
            call.session().getTransactionManager().setRollbackOnly();
        }
        call.record().cause(refusal.cause());
        trail.close(call.record(), refusal.outcome(endpoint.errors()));
        refusal.beat().ifPresent(beat -> {
            // waiting holds a thread; it need hold no connection, nor what Keycloak keeps locked for as long (a user
            // whom a stranger tries to be can't sign in meanwhile)
            if (refusal.keeps()) {
                call.session().getTransactionManager().commit();
            } else {
                call.session().getTransactionManager().rollback();
            }
            EVENLY.await(call.record().startedNanos(), beat);
        });
        return call.cors().onto(refusal(endpoint, refusal));
    }

    /** Refused before there was a caller or a realm to record: counted, and logged at DEBUG (contract section 2). */
    private static Response uncalled(Endpoint endpoint, Refusal refusal) {
        Count.of(endpoint.capability(), refusal.cause());
        return refusal(endpoint, refusal);
    }

    /** Keycloak's dispatch to a realm's extensions checks neither (RealmsResource.resolveRealmExtension). */
    private static boolean closed(RealmModel realm) {
        return !realm.isEnabled() || AdminRealm.is(realm);
    }

    private static boolean insecure(KeycloakSession session, RealmModel realm, String address) {
        return !session.getContext().getUri().getBaseUri().getScheme().equals("https")
                && realm.getSslRequired()
                        // a word that is no address would be looked up as a host's name
                        .isRequired(address.equals(CallerAddress.UNKNOWN) ? "" : address);
    }

    private static Response unknownPath() {
        ErrorCode code = PlainErrors.SHAPE.of(Fault.NOT_FOUND);
        return response(new Reply(code.status(), PlainErrors.SHAPE.body(code, code.text()), Map.of()));
    }

    private static Response refusal(Endpoint endpoint, Refusal refusal) {
        ErrorCode code = refusal.codeIn(endpoint.errors());
        Object body = endpoint.errors().body(code, refusal.text().orElse(code.text()), refusal.reference());
        return response(new Reply(code.status(), body, refusal.headers()));
    }

    private static Response allowing(Response response, Endpoint endpoint) {
        return Response.fromResponse(response)
                .header(HttpHeaders.ALLOW, endpoint.allow())
                .build();
    }

    private static Response response(Reply reply) {
        Response.ResponseBuilder builder = Response.status(reply.status());
        if (!reply.headers().containsKey(HttpHeaders.CACHE_CONTROL)) {
            builder.header(HttpHeaders.CACHE_CONTROL, "no-store");
        }
        reply.headers().forEach(builder::header);
        reply.cookies().forEach(cookie -> builder.header("Set-Cookie", cookie.header()));
        if (reply.body() != null) {
            builder.entity(Json.bytes(reply.body())).type(MediaType.APPLICATION_JSON_TYPE);
        }
        return builder.build();
    }
}
