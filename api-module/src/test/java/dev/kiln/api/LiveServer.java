package dev.kiln.api;

import dev.kiln.testing.TestServers;
import java.util.Map;

/** A server whose connections end soon and whose patience is short, so that a test sees it in little time. */
final class LiveServer {

    static final int FOLLOWERS = 20;

    private static final class Shared {
        static final ApiServer INSTANCE = ApiServer.start(
                TestServers.freshDatabase(),
                ApiServer.temporary(),
                Map.of(
                        "kiln.live.look-every", "20ms",
                        "kiln.live.longest", "2s",
                        "kiln.live.slow-reader", "300ms",
                        "kiln.live.followers", Integer.toString(FOLLOWERS),
                        "kiln.webhooks.private-networks", "127.0.0.0/8"));
    }

    private LiveServer() {}

    static ApiServer shared() {
        return Shared.INSTANCE;
    }
}
