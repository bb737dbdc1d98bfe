package dev.kiln.standalone;

import dev.kiln.cli.AccessKey;
import dev.kiln.region.RegionId;
import java.util.List;
import java.util.Optional;

/**
 * What a stand-alone Kiln is started with.
 *
 * @param host the address that the API listens on
 * @param workers number of worker processes
 * @param durable whether committed data survive a crash of the machine, not only of Kiln
 * @param rootKey the root account's key; when empty, the data directory's own
 */
record KilnSettings(String host, int port, int workers, boolean durable, Optional<AccessKey> rootKey) {

    /** The regions of a stand-alone Kiln, each a directory. */
    static final List<RegionId> REGIONS =
            List.of(new RegionId("cn-hangzhou"), new RegionId("cn-beijing"), new RegionId("cn-shanghai"));

    String url() {
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
