package io.github.keycloakmint.testbed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;

/** demo.env: what a shell needs to call the demo, secrets included, so nobody but its owner may read it. */
record DemoEnvironment(Path file) {

    /** The secrets of an earlier start are void; and who waits for the file waits for the server. */
    void discard() throws IOException {
        Files.deleteIfExists(file);
    }

    /** The permissions are set when the file is made: there is no moment at which it is open to others. */
    void write(KeycloakServer server, Map<String, String> more) throws IOException {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        Files.deleteIfExists(partial);
        Files.createFile(partial, forOwnerOnly());
        Files.writeString(partial, text(server, more), StandardCharsets.UTF_8, StandardOpenOption.WRITE);
        Files.move(partial, file);
    }

    private static String text(KeycloakServer server, Map<String, String> more) {
        Map<String, String> variables = new TreeMap<>(server.options().environment());
        variables.putAll(more);
        variables.put("BASE_URL", server.baseUrl().toString());
        variables.put("MANAGEMENT_URL", server.managementUrl().toString());
        variables.put("ADMIN_USER", server.adminUser());
        variables.put("ADMIN_PASSWORD", server.adminPassword());
        StringBuilder text = new StringBuilder("# Made by mvn -Pdemo at its start; void when it ends.\n");
        variables.forEach((name, value) -> text.append("export ")
                .append(name)
                .append("='")
                .append(value.replace("'", "'\\''"))
                .append("'\n"));
        return text.toString();
    }

    static FileAttribute<?>[] forOwnerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
