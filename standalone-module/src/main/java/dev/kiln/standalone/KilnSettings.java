package dev.kiln.standalone;

import dev.kiln.cli.AccessKey;
import dev.kiln.region.RegionId;
import java.util.List;
import java.util.Optional;

/**
 * The settings of a stand-alone Kiln.
 *
 * @param host the address that the API listens on
 * @param workers number of worker processes
 * @param durable whether committed data survives a crash of the machine, not only of Kiln
 * @param rootKey the root account's key; if empty, the one in the data directory
 */
record KilnSettings(String host, int port, int workers, boolean durable, Optional<AccessKey> rootKey) {

    /** The regions of a stand-alone Kiln, each a directory. */
    static final List<RegionId> REGIONS =
            List.of(new RegionId("cn-hangzhou"), new RegionId("cn-beijing"), new RegionId("cn-shanghai"));

    String url() {
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
