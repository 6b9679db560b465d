package io.github.keycloakmint.kernel.http;

import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Encoded;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Takes every method on every path below a resource. Bodies come in as streams, because binding them to classes would let
 * the server answer a bad body with its own error (and turn an empty one into null). Paths come in as they were sent:
 * an encoded separator is no separator.
 */
public abstract class AnyMethod {

    /** Answers one request; {@code body} is null for methods that have none. */
    protected abstract Response serve(String method, String path, @Nullable InputStream body);

    @GET
    @Path("{path:.*}")
    public Response get(@Encoded @PathParam("path") String path) {
        return serve("GET", path, null);
    }

    @HEAD
    @Path("{path:.*}")
    public Response head(@Encoded @PathParam("path") String path) {
        return serve("HEAD", path, null);
    }

    @OPTIONS
    @Path("{path:.*}")
    public Response options(@Encoded @PathParam("path") String path) {
        return serve("OPTIONS", path, null);
    }

    @POST
    @Path("{path:.*}")
    public Response post(@Encoded @PathParam("path") String path, InputStream body) {
        return serve("POST", path, body);
    }

    @PUT
    @Path("{path:.*}")
    public Response put(@Encoded @PathParam("path") String path, InputStream body) {
        return serve("PUT", path, body);
    }

    @PATCH
    @Path("{path:.*}")
    public Response patch(@Encoded @PathParam("path") String path, InputStream body) {
        return serve("PATCH", path, body);
    }

    @DELETE
    @Path("{path:.*}")
    public Response delete(@Encoded @PathParam("path") String path, InputStream body) {
        return serve("DELETE", path, body);
    }
}
