package dev.kiln.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.region.RegionsConfiguration.RegionSettings;
import dev.kiln.region.RegionsConfiguration.RegionSettings.Entry;
import dev.kiln.start.CannotStartException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
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

    @Test
    void directoriesSideBySideAreThoseOfRegions() {
        assertThat(regions("/srv/one", "/srv/one-more").ids()).hasSize(2);
        assertThat(regions("data/one", "data/two").ids()).hasSize(2);
    }
}
