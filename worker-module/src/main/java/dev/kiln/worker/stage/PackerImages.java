package dev.kiln.worker.stage;

import dev.kiln.region.RegionId;
import dev.kiln.worker.engine.PackerArtifact;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The images that Packer made, by region. */
record PackerImages(Map<String, String> byRegion) {

    /** An artifact without a region counts as one of the template's own region. */
    static PackerImages of(List<PackerArtifact> artifacts, RegionId home) {
        return new PackerImages(artifacts.stream()
                .collect(Collectors.groupingBy(
                        artifact -> artifact.region().isEmpty() ? home.value() : artifact.region(),
                        LinkedHashMap::new,
                        Collectors.mapping(PackerArtifact::id, Collectors.joining(", ")))));
    }

    Optional<String> in(RegionId region) {
        return Optional.ofNullable(byRegion.get(region.value()));
    }

    /** The images that are in none of these regions. */
    List<String> outside(List<RegionId> regions) {
        return byRegion.entrySet().stream()
                .filter(made ->
                        regions.stream().noneMatch(region -> region.value().equals(made.getKey())))
                .map(made -> made.getValue() + " in " + made.getKey() + ", which is not a region of the template")
                .toList();
    }

    /** Says why a region has no image. */
    String missing(RegionId region) {
        var others = byRegion.entrySet().stream()
                .map(made -> made.getValue() + " in " + made.getKey())
                .collect(Collectors.joining("; "));
        return "Packer made no image in region " + region + (others.isEmpty() ? "" : ", but " + others)
                + "; have the template's Packer file make one there, or leave the region out";
    }
}
