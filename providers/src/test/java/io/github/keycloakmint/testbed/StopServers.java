package io.github.keycloakmint.testbed;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Ends the servers in an orderly way with the run; the shutdown hooks are for runs that are killed. */
public final class StopServers implements LauncherSessionListener {

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        Servers.stopAll();
        Cluster.stopShared();
    }
}
