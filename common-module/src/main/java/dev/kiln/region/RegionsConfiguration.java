package dev.kiln.region;

import dev.kiln.start.CannotStartException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Makes {@link Regions} from {@code kiln.regions}; API and workers are configured with the same regions. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(RegionsConfiguration.RegionSettings.class)
public class RegionsConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(RegionsConfiguration.class);

    // Used when no region is configured, so that a first try needs no configuration.
    private static final List<String> DEFAULT_REGIONS = List.of("cn-hangzhou", "cn-beijing", "cn-shanghai");

    /**
     * Settings {@code kiln.data} and {@code kiln.regions}.
     *
     * @param data directory under which the default regions keep their images
     * @param regions the regions; empty: three of the vendor's names under {@code data}
     */
    @ConfigurationProperties("kiln")
    public record RegionSettings(
            @DefaultValue("./data") Path data, @DefaultValue List<Entry> regions) {

        /** One region: its id and the directory, local or mounted, that keeps its images. */
        public record Entry(
                @DefaultValue("") String id,
                @DefaultValue("") Path directory) {}
    }

    @Bean
    Regions regions(RegionSettings settings) {
        var entries = settings.regions().isEmpty() ? defaults(settings.data()) : settings.regions();
        entries.forEach(entry -> requireDirectory(entry, entries));
        var stores = entries.stream()
                .map(entry -> new DirectoryRegionStore(new RegionId(entry.id()), entry.directory()))
                .toList();
        var regions = new Regions(stores);
        stores.forEach(RegionsConfiguration::lookAt);
        return regions;
    }

    /** Notices from the start on when its file system is unmounted; a region that hangs does not delay the start. */
    private static void lookAt(DirectoryRegionStore store) {
        var look = new Thread(
                () -> {
                    try {
                        store.requireTheSame();
                    } catch (IOException e) {
                        LOG.warn("region {} cannot be looked at now: {}", store.region(), e.toString());
                    }
                },
                "first look at " + store.region());
        look.setDaemon(true);
        look.start();
    }

    /** Its own: what lies there and is none of the region's objects is removed one day. Nothing is asked of a disk. */
    private static void requireDirectory(RegionSettings.Entry entry, List<RegionSettings.Entry> all) {
        if (entry.directory().toString().isEmpty()) {
            throw new CannotStartException(
                    "Region " + entry.id() + " has no directory", "Set kiln.regions[N].directory, too.");
        }
        var directory = entry.directory().toAbsolutePath().normalize();
        for (var other : all) {
            if (!other.id().equals(entry.id())
                    && directory.startsWith(other.directory().toAbsolutePath().normalize())) {
                throw new CannotStartException(
                        "The directory of region " + entry.id() + " is that of region " + other.id() + ", or within it",
                        "Give each of kiln.regions a directory of its own.");
            }
        }
    }

    private static List<RegionSettings.Entry> defaults(Path data) {
        return DEFAULT_REGIONS.stream()
                .map(id -> new RegionSettings.Entry(id, data.resolve("regions").resolve(id)))
                .toList();
    }
}
