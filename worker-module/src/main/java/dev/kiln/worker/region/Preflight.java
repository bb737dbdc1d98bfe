package dev.kiln.worker.region;

import dev.kiln.account.AccountId;
import dev.kiln.execution.Failure;
import dev.kiln.execution.Trouble;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import dev.kiln.template.Template;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Checks every target before a build starts: nothing is built that could not be delivered. */
public final class Preflight {

    private static final Logger LOG = LoggerFactory.getLogger(Preflight.class);

    // A check writes and syncs a file: with many short builds a second, the checks would do more work than the builds.
    private static final Duration GOOD_FOR = Duration.ofSeconds(1);

    private final JdbcClient jdbc;
    private final Regions regions;
    private final Map<RegionId, Long> lastGood = new ConcurrentHashMap<>();

    public Preflight(JdbcClient jdbc, Regions regions) {
        this.jdbc = jdbc;
        this.regions = regions;
    }

    /** The first trouble found: a region that is unknown or not writable, or an account that does not exist. */
    public Optional<Failure> check(Template template) throws InterruptedException {
        for (var region : template.targetRegions()) {
            var trouble = check(region);
            if (trouble.isPresent()) {
                return trouble;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted between two regions");
            }
        }
        return unknownAccount(template.addAccounts())
                .map(account -> new Failure(
                        "InvalidAccount.NotFound",
                        "account " + account + " does not exist; create it or take it out of AddAccount"));
    }

    private Optional<Failure> check(RegionId region) {
        var store = regions.find(region);
        if (store.isEmpty()) {
            return Optional.of(new Failure(
                    "InvalidRegionId.NotFound",
                    "region " + region + " is not configured on the workers (kiln.regions)"));
        }
        var now = System.nanoTime();
        var last = lastGood.get(region);
        if (last != null && now - last < GOOD_FOR.toNanos()) {
            return Optional.empty();
        }
        try {
            store.get().check();
            lastGood.put(region, now);
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("region {} cannot be written to", region, e);
            var why = "region " + region + " cannot be written to: " + Trouble.words(e);
            return Optional.of(new Failure("RegionUnavailable", why));
        }
    }

    private Optional<Long> unknownAccount(List<AccountId> accounts) {
        if (accounts.isEmpty()) {
            return Optional.empty();
        }
        return jdbc.sql("""
                        select wanted.id from unnest(:ids::bigint[]) with ordinality as wanted(id, place)
                         where not exists (select from account a where a.id = wanted.id)
                         order by place limit 1
                        """)
                .param("ids", accounts.stream().map(AccountId::value).toArray(Long[]::new))
                .query(Long.class)
                .optional();
    }
}
