package dev.kiln.worker.run;

import dev.kiln.worker.WorkerSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** The name of a worker in rows and logs. */
public final class WorkerName {

    private WorkerName() {}

    /** The configured name; without one, host name and process id, which no other running worker shares. */
    public static String of(WorkerSettings settings) {
        return settings.name().isEmpty() ? ofThisProcess() : settings.name();
    }

    private static String ofThisProcess() {
        return hostName() + "-" + ProcessHandle.current().pid();
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "worker";
        }
    }
}
