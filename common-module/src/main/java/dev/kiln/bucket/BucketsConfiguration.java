package dev.kiln.bucket;

import dev.kiln.account.AccountId;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import dev.kiln.region.RegionsConfiguration.RegionSettings;
import dev.kiln.start.CannotStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Makes {@link Buckets} from {@code kiln.buckets}; API and workers are configured with the same buckets. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(BucketsConfiguration.BucketSettings.class)
public class BucketsConfiguration {

    // The vendor's rule.
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]");

    /**
     * Setting {@code kiln.buckets}.
     *
     * @param buckets the buckets; if empty, one for the root account in each default region, under {@code kiln.data}
     */
    @ConfigurationProperties("kiln")
    public record BucketSettings(@DefaultValue List<Entry> buckets) {

        /** A bucket: its directory (local or mounted), its region, and the accounts that may use it beside root. */
        public record Entry(
                @DefaultValue("") String name,
                @DefaultValue("") String region,
                @DefaultValue("") Path directory,
                @DefaultValue List<Long> accounts) {}
    }

    @Bean
    Buckets buckets(BucketSettings settings, RegionSettings regions, Regions stores) throws IOException {
        if (settings.buckets().isEmpty() && regions.regions().isEmpty()) {
            var made = new ArrayList<Bucket>();
            for (var region : stores.ids()) {
                made.add(byDefault(regions.data(), region));
            }
            return new Buckets(List.copyOf(made));
        }
        var names = new HashSet<String>();
        settings.buckets().forEach(entry -> check(entry, names, stores));
        return new Buckets(
                settings.buckets().stream().map(BucketsConfiguration::bucket).toList());
    }

    @Bean
    BucketAccess bucketAccess(JdbcClient jdbc, Buckets buckets) {
        return new BucketAccess(jdbc, buckets);
    }

    private static Bucket byDefault(Path data, RegionId region) throws IOException {
        var name = "kiln-" + region;
        var directory = Files.createDirectories(data.resolve("buckets").resolve(name));
        return new Bucket(name, region, directory, Set.of());
    }

    private static void check(BucketSettings.Entry entry, Set<String> names, Regions stores) {
        if (!NAME.matcher(entry.name()).matches()) {
            throw unusable(
                    "\"" + entry.name() + "\" is not a valid bucket name",
                    "A name has 3 to 63 lower-case letters, digits and inner dashes.");
        }
        if (!names.add(entry.name())) {
            throw unusable("bucket " + entry.name() + " is configured twice", "Remove one of the two.");
        }
        if (entry.directory().toString().isEmpty()) {
            throw unusable("bucket " + entry.name() + " has no directory", "Set one.");
        }
        if (entry.region().isEmpty()
                || stores.find(new RegionId(entry.region())).isEmpty()) {
            throw unusable(
                    "bucket " + entry.name() + " is in region " + entry.region() + ", which is not among kiln.regions",
                    "Name one that is.");
        }
    }

    private static CannotStartException unusable(String problem, String remedy) {
        return new CannotStartException("kiln.buckets: " + problem, remedy);
    }

    private static Bucket bucket(BucketSettings.Entry entry) {
        return new Bucket(
                entry.name(),
                new RegionId(entry.region()),
                entry.directory(),
                entry.accounts().stream().map(AccountId::new).collect(Collectors.toSet()));
    }
}
