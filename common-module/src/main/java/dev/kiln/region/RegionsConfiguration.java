package dev.kiln.region;

import java.nio.file.Path;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Makes {@link Regions} from {@code kiln.regions}; API and workers are configured with the same regions. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(RegionsConfiguration.RegionSettings.class)
public class RegionsConfiguration {

    // Used when no region is configured, so that a first try needs no configuration.
    private static final List<String> DEFAULT_REGIONS = List.of("cn-hangzhou", "cn-beijing", "cn-shanghai");

    /**
     * Settings {@code kiln.data} and {@code kiln.regions}.
     *
     * @param data directory beneath which the default regions keep their images
     * @param regions the regions; empty: three of the vendor's names beneath {@code data}
     */
    @ConfigurationProperties("kiln")
    public record RegionSettings(
            @DefaultValue("./data") Path data, @DefaultValue List<Entry> regions) {

        /** One region: its id and the directory, local or mounted, that keeps its images. */
        public record Entry(String id, Path directory) {}
    }

    @Bean
    Regions regions(RegionSettings settings) {
        var entries = settings.regions().isEmpty() ? defaults(settings.data()) : settings.regions();
        return new Regions(entries.stream()
                .map(entry -> new DirectoryRegionStore(new RegionId(entry.id()), entry.directory()))
                .toList());
    }

    private static List<RegionSettings.Entry> defaults(Path data) {
        return DEFAULT_REGIONS.stream()
                .map(id -> new RegionSettings.Entry(id, data.resolve("regions").resolve(id)))
                .toList();
    }
}
