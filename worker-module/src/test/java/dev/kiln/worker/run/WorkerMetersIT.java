package dev.kiln.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.execution.ExecutionStatus;
import dev.kiln.metric.Metric;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What a worker counts is what happened. */
class WorkerMetersIT {

    @Test
    void anExecutionWithARegionThatFailsIsCountedWhereItHappens() throws Exception {
        var broken = new BrokenRegions();
        try (var rig = new Rig(broken::wrap)) {
            broken.breakDown("cn-three");
            var execution = rig.start(rig.template(""));
            rig.worker(new GatedEngine(), 1).ring();
            rig.await(execution, ExecutionStatus.PARTITION_SUCCESS);

            // An end is counted after it is written.
            Awaitility.await()
                    .untilAsserted(() ->
                            assertThat(scrape(rig)).contains("kiln_ends_total{status=\"PARTITION_SUCCESS\"} 1.0"));
            var said = scrape(rig);
            assertThat(said)
                    .contains(
                            "kiln_claims_total{kind=\"first\"} 1.0",
                            "kiln_ends_total{status=\"PARTITION_SUCCESS\"} 1.0",
                            "kiln_stage_seconds_count{outcome=\"done\",stage=\"BUILDING\"} 1",
                            "kiln_stage_seconds_count{outcome=\"done\",stage=\"DISTRIBUTING\"} 1",
                            "kiln_targets_total{outcome=\"copied\",region=\"cn-two\"} 1.0",
                            "kiln_targets_total{outcome=\"failed\",region=\"cn-three\"} 1.0",
                            "kiln_target_retries_total{region=\"cn-three\"} 2.0");
            assertThat(sentTo(said, "cn-two")).isPositive();

            var known = Arrays.stream(Metric.values()).map(Metric::exposed).collect(Collectors.toSet());
            var named = new TreeSet<String>();
            for (var line : said.lines().toList()) {
                if (line.startsWith("# TYPE kiln_")) {
                    named.add(line.split(" ", -1)[2].replaceFirst("_max$", ""));
                }
            }
            assertThat(known).containsAll(named);
        }
    }

    private static String scrape(Rig rig) {
        return rig.metrics.scrape("text/plain; version=0.0.4; charset=utf-8");
    }

    private static double sentTo(String said, String region) {
        var found = Pattern.compile("kiln_copy_bytes_total\\{kind=\"sent\",region=\"" + region + "\"} ([0-9.E]+)")
                .matcher(said);
        assertThat(found.find()).isTrue();
        return Double.parseDouble(found.group(1));
    }
}
