package dev.kiln.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kiln.region.RegionsConfiguration.RegionSettings;
import dev.kiln.region.RegionsConfiguration.RegionSettings.Entry;
import dev.kiln.start.CannotStartException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegionsConfigurationTest {

    private static Regions regions(String first, String second) {
        var entries = List.of(new Entry("cn-one", Path.of(first)), new Entry("cn-two", Path.of(second)));
        return new RegionsConfiguration().regions(new RegionSettings(Path.of("data"), entries));
    }

    /** Each would remove the objects of the other. */
    @ParameterizedTest
    @ValueSource(strings = {"/srv/one", "/srv/./two/../one/", "/srv/one/two", "/srv"})
    void noTwoRegionsShareADirectory(String second) {
        assertThatThrownBy(() -> regions("/srv/one", second))
                .isInstanceOf(CannotStartException.class)
                .hasMessageContaining("Give each of kiln.regions a directory of its own");
    }

    @Test
    void aRegionHasADirectory() {
        assertThatThrownBy(() -> regions("/srv/one", ""))
                .isInstanceOf(CannotStartException.class)
                .hasMessageContaining("Region cn-two has no directory");
    }

    /** As of an API whose region is unmounted before anybody asks for its health. */
    @Test
    void directoriesAreKnownFromTheStart(@TempDir Path temporary) throws IOException {
        var directory = Files.createDirectory(temporary.resolve("one"));
        var regions = regions(directory.toString(), temporary.resolve("two").toString());
        var store = regions.find(new RegionId("cn-one")).orElseThrow();
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("first look at cn-one")));
        Files.move(directory, temporary.resolve("mounted"));
        Files.createDirectory(directory);

        assertThatThrownBy(() ->
                        store.put(new StoreKey("images/m-1"), new ByteArrayInputStream(new byte[1]), null, done -> {}))
                .hasMessageContaining("is its file system mounted");
        assertThat(directory).isEmptyDirectory();
        assertThat(temporary.resolve("two")).doesNotExist();
    }

    @Test
    void directoriesSideBySideAreThoseOfRegions() {
        assertThat(regions("/srv/one", "/srv/one-more").ids()).hasSize(2);
        assertThat(regions("data/one", "data/two").ids()).hasSize(2);
    }
}
