package dev.kiln.reaper;

import dev.kiln.image.Digest;
import dev.kiln.region.RegionId;
import dev.kiln.region.RegionStore;
import dev.kiln.region.Regions;
import dev.kiln.region.StoreKey;
import dev.kiln.region.StoredItem;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * Searches the regions for leftovers and for missing objects. An object is removed when work on it was abandoned, or
 * when no row explains it and it is too old to be still in the making.
 */
public final class RegionSweep {

    // How many unexplained objects one comparison judges; the next comparison goes on.
    private static final int MOST_AT_ONCE = 10_000;
    // How many missing objects are reported: when a whole region is away, all of them are missing.
    private static final int MOST_LOST = 1000;
    private static final StoreKey NOTHING = new StoreKey("images/none");
    private static final String ELSEWHERE = "a row says that it is in another region: was this directory that one's,"
            + " or has it another name now? It is not removed; see kiln.regions";

    private final Regions regions;
    private final Intents intents;
    private final StoredThings things;
    private final Duration age;

    /** @param age an object that no row explains is removed after this time */
    public RegionSweep(Regions regions, Intents intents, StoredThings things, Duration age) {
        this.regions = regions;
        this.intents = intents;
        this.things = things;
        this.age = age;
    }

    public List<RegionId> regions() {
        return regions.ids();
    }

    /** Comes back at once from a region that answers. */
    public void look(RegionId region) throws IOException {
        store(region).list(NOTHING, item -> {});
    }

    /** Removes what dead intents name, and deletes those intents. */
    public List<Finding> settle(RegionId region) throws IOException {
        var store = store(region);
        things.giveUpUploads(region);
        var dead = intents.dead(region.value());
        var findings = new ArrayList<Finding>();
        var inUse = new HashSet<String>();
        for (var key : dead.stream().map(Intents.Dead::name).distinct().toList()) {
            var items = new ArrayList<StoredItem>();
            store.list(new StoreKey(key), items::add);
            findings.addAll(judge(store, items, dead, inUse, true));
        }
        forget(dead, findings, inUse);
        return findings;
    }

    /** Compares the whole region with the rows, in both directions. */
    public List<Finding> compare(RegionId region, boolean remove) throws IOException {
        var store = store(region);
        if (remove) {
            things.giveUpUploads(region);
        }
        // Reads intents and rows before the region: what begins or ends later does not affect this comparison.
        var dead = intents.dead(region.value());
        var expected = new ExpectedObjects();
        things.expected(region, expected::add);
        expected.complete();
        var others = new ArrayList<StoredItem>();
        var more = new AtomicBoolean();
        store.list(null, item -> {
            if (item.isObject() && expected.see(item.key(), item.name())) {
                return;
            }
            if (others.size() < MOST_AT_ONCE) {
                others.add(item);
            } else {
                more.set(true);
            }
        });
        var inUse = new HashSet<String>();
        var findings = judge(store, others, dead, inUse, remove);
        findings.addAll(lost(store, expected));
        // If objects are left for the next comparison, intents may still say whose they are.
        if (remove && !more.get()) {
            forget(dead, findings, inUse);
        }
        return findings;
    }

    private RegionStore store(RegionId region) throws IOException {
        return regions.find(region).orElseThrow(() -> new IOException("region " + region + " is not configured"));
    }

    private List<Finding> judge(
            RegionStore store, Collection<StoredItem> items, List<Intents.Dead> dead, Set<String> inUse, boolean remove)
            throws IOException {
        var owners = dead.stream()
                .collect(Collectors.toMap(Intents.Dead::name, Intents.Dead::execution, (first, second) -> second));
        var findings = new ArrayList<Finding>();
        for (var item : items) {
            switch (things.belonging(store.region(), item)) {
                case WANTED -> {}
                case IN_USE -> inUse.add(item.key());
                case ELSEWHERE -> findings.add(finding(store, item, owners, Finding.Verdict.UNKNOWN, ELSEWHERE));
                case LEFT -> {
                    if (isStillThere(store, item)) {
                        findings.add(left(store, item, owners, remove));
                    }
                }
                case UNKNOWN -> {
                    if (isStillThere(store, item)) {
                        unknown(store, item, owners, remove).ifPresent(findings::add);
                    }
                }
            }
        }
        return findings;
    }

    /** What was listed may have gone since, as it should: with the end of its execution, or its deletion. */
    private static boolean isStillThere(RegionStore store, StoredItem item) throws IOException {
        if (item.key().isEmpty()) {
            return true;
        }
        var there = new AtomicBoolean();
        store.list(new StoreKey(item.key()), other -> {
            if (other.toString().equals(item.toString())) {
                there.set(true);
            }
        });
        return there.get();
    }

    private Optional<Finding> unknown(RegionStore store, StoredItem item, Map<String, String> owners, boolean remove) {
        if (isOld(item)) {
            return Optional.of(left(store, item, owners, remove));
        }
        var detail = "no row explains it; removed once it is older than " + age.toMinutes() + " minutes";
        // Not the probe of a check under way.
        return Optional.of(finding(store, item, owners, Finding.Verdict.UNKNOWN, detail))
                .filter(found -> !item.key().isEmpty());
    }

    private Finding left(RegionStore store, StoredItem item, Map<String, String> owners, boolean remove) {
        if (!remove) {
            return finding(store, item, owners, Finding.Verdict.LEFT, "");
        }
        try {
            if (!item.isObject()) {
                store.remove(item);
            } else if (!things.removeObject(store.region(), item, proof -> store.remove(item, proof))) {
                return finding(store, item, owners, Finding.Verdict.UNKNOWN, "somebody has just begun to use it");
            }
            return finding(store, item, owners, Finding.Verdict.REMOVED, "");
        } catch (IOException e) {
            return finding(store, item, owners, Finding.Verdict.LEFT, e.toString());
        }
    }

    private static Finding finding(
            RegionStore store, StoredItem item, Map<String, String> owners, Finding.Verdict verdict, String detail) {
        return new Finding(
                store.region().value(),
                item.isObject() ? Finding.Kind.OBJECT : Finding.Kind.PARTIAL,
                item.toString(),
                owners.getOrDefault(item.key(), ""),
                Math.max(0, Duration.between(item.modified(), Instant.now()).toSeconds()),
                verdict,
                detail);
    }

    private boolean isOld(StoredItem item) {
        return Duration.between(item.modified(), Instant.now()).compareTo(age) >= 0;
    }

    /** Expected objects that were not seen, after a second look, since images come and go. */
    private List<Finding> lost(RegionStore store, ExpectedObjects expected) throws IOException {
        var findings = new ArrayList<Finding>();
        if (expected.allSeen()) {
            return findings;
        }
        var missing = new LinkedHashMap<String, String>();
        things.expected(store.region(), (key, digest) -> {
            if (missing.size() < MOST_LOST && expected.isMissing(key, digest)) {
                missing.put(key, digest);
            }
        });
        for (var entry : missing.entrySet()) {
            var item = new StoredItem(entry.getKey(), entry.getValue(), true, Instant.now());
            if (!isThere(store, item) && things.belonging(store.region(), item) == StoredThings.Belonging.WANTED) {
                findings.add(lost(store, item));
            }
        }
        return findings;
    }

    private static boolean isThere(RegionStore store, StoredItem item) throws IOException {
        return store.find(new StoreKey(item.key()), new Digest("sha256:" + item.name()))
                .isPresent();
    }

    private static Finding lost(RegionStore store, StoredItem item) {
        return new Finding(
                store.region().value(),
                Finding.Kind.ROW,
                item.toString(),
                "",
                0,
                Finding.Verdict.LOST,
                "the row says that it is there");
    }

    /** Deletes the intents except those with something left: they say whose it is. */
    private void forget(List<Intents.Dead> dead, List<Finding> findings, Set<String> inUse) {
        var stays = findings.stream()
                .filter(finding -> finding.verdict() == Finding.Verdict.LEFT)
                .map(Finding::name)
                .toList();
        var settled = dead.stream()
                .filter(intent -> !inUse.contains(intent.name()))
                .filter(intent -> stays.stream().noneMatch(name -> name.startsWith(intent.name() + "/")))
                .map(Intents.Dead::id)
                .toList();
        if (!settled.isEmpty()) {
            intents.forget(settled);
        }
    }
}
