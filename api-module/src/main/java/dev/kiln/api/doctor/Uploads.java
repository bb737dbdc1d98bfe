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

/** Writes down what this process is about to store in a region, so that nothing of it outlives the process. */
@Component
public final class Uploads {

    private final Intents intents;
    private final ProofOfLife life;
    private final Queue<Long> toRelease = new ConcurrentLinkedQueue<>();

    Uploads(Intents intents, ProofOfLife life) {
        this.intents = intents;
        this.life = life;
    }

    /** Before the first byte is stored; the number is for {@link #end} or {@link #release}. */
    public long begin(RegionId region, StoreKey key) {
        return intents.beginUpload(region, key, Optional.of(life.lock()));
    }

    /** What was stored has a row of its own now. */
    public void end(long upload) {
        intents.endUpload(upload);
    }

    /** What was stored is not wanted: if anything of it is still there, a reaper removes it. */
    public void release(long upload) {
        toRelease.add(upload);
        releaseAll();
    }

    /** Leaves an object, which no row names any more, to the reapers; in the transaction that makes it so. */
    public void leave(RegionId region, StoreKey key) {
        intents.beginUpload(region, key, Optional.empty());
    }

    /** Again and again, because the database may be what made the upload fail. */
    @Scheduled(fixedDelay = 1000)
    void releaseAll() {
        try {
            for (var upload = toRelease.peek(); upload != null; upload = toRelease.peek()) {
                intents.releaseUpload(upload);
                toRelease.remove(upload);
            }
        } catch (DataAccessException e) {
            // They wait for the next time.
        }
    }
}
