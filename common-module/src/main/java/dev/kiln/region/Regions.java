package dev.kiln.region;

import dev.kiln.start.CannotStartException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The regions of this deployment, in the order of the configuration. */
public final class Regions {

    private final Map<RegionId, RegionStore> stores = new LinkedHashMap<>();

    public Regions(Collection<? extends RegionStore> stores) {
        for (var store : stores) {
            if (this.stores.put(store.region(), store) != null) {
                throw new CannotStartException(
                        "kiln.regions: region " + store.region() + " is configured twice", "Remove one of the two.");
            }
        }
    }

    public Optional<RegionStore> find(RegionId region) {
        return Optional.ofNullable(stores.get(region));
    }

    public List<RegionId> ids() {
        return List.copyOf(stores.keySet());
    }
}
