package dev.kiln.worker.region;

import dev.kiln.image.archive.ByteSource;
import dev.kiln.region.RegionStore;
import dev.kiln.region.StoreKey;
import java.io.IOException;
import java.util.function.LongConsumer;

/** Brings an image's bytes into a region. */
final class Transfer {

    private Transfer() {}

    /** Resumes after the last part that the region has, if the parts are known; verifies the bytes in either case. */
    static void run(Target.Content content, ByteSource source, RegionStore into, StoreKey key, LongConsumer progress)
            throws IOException {
        if (content.parts().isPresent()) {
            into.copy(key, content.object(), content.parts().get(), source, progress);
            return;
        }
        try (var bytes = source.open(0)) {
            into.put(key, bytes, content.digest(), progress);
        }
    }
}
