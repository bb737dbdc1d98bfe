package dev.kiln.api.doctor;

import dev.kiln.reaper.Intents;
import dev.kiln.region.RegionId;
import dev.kiln.region.StoreKey;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Records what this process is about to store in a region, so that nothing unwanted outlives the process. */
@Component
public final class Uploads {

    private final Intents intents;
    private final ProofOfLife life;
    private final Queue<Long> toRelease = new ConcurrentLinkedQueue<>();

    Uploads(Intents intents, ProofOfLife life) {
        this.intents = intents;
        this.life = life;
    }

    /** Call it before the first byte is stored; pass the number to {@link #end} or {@link #release}. */
    public long begin(RegionId region, StoreKey key) {
        return intents.beginUpload(region, key, Optional.of(life.lock()));
    }

    /** The stored object now has a row of its own. */
    public void end(long upload) {
        intents.endUpload(upload);
    }

    /** The stored object is not wanted: a reaper removes whatever is left of it. */
    public void release(long upload) {
        toRelease.add(upload);
        releaseAll();
    }

    /** Leaves an object that no row names any more to the reapers; call it in the transaction that removes the name. */
    public void leave(RegionId region, StoreKey key) {
        intents.beginUpload(region, key, Optional.empty());
    }

    /** Repeated, because the database itself may have made the upload fail. */
    @Scheduled(fixedDelay = 1000)
    void releaseAll() {
        try {
            for (var upload = toRelease.peek(); upload != null; upload = toRelease.peek()) {
                intents.releaseUpload(upload);
                toRelease.remove(upload);
            }
        } catch (DataAccessException e) {
            // The rest waits for the next run.
        }
    }
}
