package dev.kiln.management;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code kiln.management.*}: the port for metrics and health.
 *
 * @param address the address that serves metrics and health; only processes of the same machine reach the default
 * @param ports the process takes the first free one; 0 for any, {@code off} for none
 * @param token required as {@code Authorization: Bearer} for metrics and details; empty: none
 */
@ConfigurationProperties("kiln.management")
public record ManagementSettings(
        @DefaultValue("127.0.0.1") String address,
        @DefaultValue("9464-9495") String ports,
        @DefaultValue("") String token) {

    private static final int HIGHEST = 65_535;

    public ManagementSettings {
        if (!ports.equals("off") && (!ports.matches("[0-9]{1,5}(-[0-9]{1,5})?") || !inOrder(ports))) {
            throw new IllegalArgumentException("kiln.management.ports is " + ports
                    + ", but has to be a port, a range like 9464-9495, 0 for any, or off");
        }
    }

    private static boolean inOrder(String ports) {
        return first(ports) <= last(ports) && last(ports) <= HIGHEST;
    }

    private static int first(String ports) {
        return Integer.parseInt(ports.replaceFirst("-.*", ""));
    }

    private static int last(String ports) {
        return Integer.parseInt(ports.replaceFirst(".*-", ""));
    }

    boolean off() {
        return ports.equals("off");
    }

    int first() {
        return first(ports);
    }

    int last() {
        return last(ports);
    }
}
