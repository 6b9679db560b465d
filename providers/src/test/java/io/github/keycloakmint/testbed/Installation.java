package io.github.keycloakmint.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * An unpacked distribution that one server owns while it runs. It stays on disk between runs, because unpacking and
 * Keycloak's own build step take longer than the start; two servers at a time never share one, since the build step
 * rewrites jars under a running server.
 */
final class Installation implements AutoCloseable {

    private final Path home;
    private final FileChannel channel;
    private final FileLock lock;

    private Installation(Path home, FileChannel channel, FileLock lock) {
        this.home = home;
        this.channel = channel;
        this.lock = lock;
    }

    /** The first one in {@code directory} for {@code flavour} that no other server holds. */
    static Installation claim(Path directory, String flavour, Path zip) throws IOException {
        Files.createDirectories(directory);
        String name = zip.getFileName().toString().replaceFirst("\\.zip$", "") + flavour;
        for (int number = 1; number <= 20; number++) {
            Path home = directory.resolve(name + "-" + number);
            FileChannel channel = FileChannel.open(
                    directory.resolve(home.getFileName() + ".lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                continue;
            }
            Installation installation = new Installation(home, channel, lock);
            installation.prepare(zip);
            return installation;
        }
        throw new IOException("Twenty servers run from " + directory + " already");
    }

    Path home() {
        return home;
    }

    /** Deploys exactly this jar. An unchanged one keeps its time stamp, which saves Keycloak's build step. */
    void deploy(Path jar) throws IOException {
        Path target = home.resolve("providers").resolve(jar.getFileName());
        if (!Files.exists(target) || Files.mismatch(jar, target) != -1) {
            Files.copy(jar, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    void importAtStart(List<Path> realms) throws IOException {
        Path directory = Files.createDirectories(home.resolve("data").resolve("import"));
        for (Path realm : realms) {
            Files.copy(realm, directory.resolve(realm.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Override
    public void close() {
        try {
            if (lock.isValid()) {
                lock.release();
            }
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void prepare(Path zip) throws IOException {
        if (!Files.isDirectory(home)) {
            Path partial = home.resolveSibling(home.getFileName() + ".partial");
            delete(partial);
            unpack(zip, partial);
            Files.move(partial, home, StandardCopyOption.ATOMIC_MOVE);
        }
        delete(home.resolve("data"));
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Drops the archive's single top folder. Needs no unzip(1), and no permission bits since java is called directly. */
    private static void unpack(Path zip, Path target) throws IOException {
        try (InputStream file = Files.newInputStream(zip);
                ZipInputStream entries = new ZipInputStream(file)) {
            for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                Path to = target.resolve(entry.getName().replaceFirst("^[^/]+/", ""))
                        .normalize();
                if (!to.startsWith(target)) {
                    throw new IOException("Entry outside of the archive: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(to);
                } else {
                    Files.createDirectories(to.getParent());
                    Files.copy(entries, to);
                }
            }
        }
    }

    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
