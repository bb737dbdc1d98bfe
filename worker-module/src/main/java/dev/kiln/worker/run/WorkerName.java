package dev.kiln.worker.run;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** How a worker without a configured name is called. */
public final class WorkerName {

    private WorkerName() {}

    /** Host name and process id: unique among the workers that run at the same time. */
    public static String ofThisProcess() {
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
