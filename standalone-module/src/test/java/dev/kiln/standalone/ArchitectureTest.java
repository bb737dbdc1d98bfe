package dev.kiln.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.kiln.testing.KilnRules;
import dev.kiln.testing.SourceSizes;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The rules for all modules, which this one alone sees. */
@AnalyzeClasses(
        packages = "dev.kiln",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.WrittenByHand.class})
class ArchitectureTest {

    /** Without the classes that Spring writes when the API's jar is built. */
    static final class WrittenByHand implements ImportOption {

        @Override
        public boolean includes(Location location) {
            return !location.contains("__");
        }
    }

    /** The classes that hold SQL, each named after the rows that it stores or reads. */
    private static final Set<String> STORES = Set.of(
            "AccessKeys",
            "Accounts",
            "BucketAccess",
            "ShownExecutions",
            "ShownImages",
            "ShownSteps",
            "ShownTemplates",
            "SourceImages",
            "StageTimes",
            "BuildLogs",
            "BuildSteps",
            "CachedSteps",
            "ChosenComponents",
            "ClientTokens",
            "ComponentRows",
            "ComponentSearch",
            "Components",
            "DatabaseCheck",
            "DeclaredParameters",
            "Deliveries",
            "EndedCancels",
            "ExecutionAges",
            "ExecutionList",
            "ExecutionParameters",
            "ExecutionQueue",
            "ExecutionRecord",
            "Executions",
            "Exports",
            "GatheredStarts",
            "ImageCopies",
            "ImageExporter",
            "ImagePackages",
            "ImageRows",
            "ImageSearch",
            "ImageTags",
            "Images",
            "ImportedBases",
            "Intents",
            "LeasedRows",
            "LifeSession",
            "LiveRows",
            "LockSessions",
            "MovedLogs",
            "Outbox",
            "Preflight",
            "Purge",
            "ProofOfLife",
            "Quotas",
            "Rebuilds",
            "Reopening",
            "Schedules",
            "SchemaContract",
            "SchemaHistory",
            "SeenNonces",
            "Shares",
            "StageWatch",
            "StoredThings",
            "Sweeps",
            "Targets",
            "Tasks",
            "TemplateLock",
            "TemplateRows",
            "Templates",
            "TemporaryKeys",
            "WebSessions",
            "Webhooks",
            "Workers");

    @ArchTest
    static final ArchRule PACKAGES = KilnRules.PACKAGES_ARE_NAMED_BY_FEATURE;

    @ArchTest
    static final ArchRule NAMES = KilnRules.CLASSES_ARE_NAMED_AFTER_THE_DOMAIN;

    @ArchTest
    static final ArchRule API = KilnRules.API_DOES_NOT_SEE_THE_WORKER;

    @ArchTest
    static final ArchRule WORKER = KilnRules.THE_WORKER_DOES_NOT_SEE_THE_API;

    @ArchTest
    static final ArchRule KAFKA = KilnRules.KAFKA_IS_A_DOORBELL;

    @ArchTest
    static final ArchRule INJECTION = KilnRules.DEPENDENCIES_COME_BY_THE_CONSTRUCTOR;

    @ArchTest
    static final ArchRule TERMINAL = KilnRules.ONLY_COMMANDS_WRITE_TO_THE_TERMINAL;

    @ArchTest
    static final ArchRule SQL = KilnRules.sqlOnlyIn(STORES);

    @Test
    void nothingIsLargerThanItMayBe() throws IOException {
        var root = SourceSizes.projectRoot();

        assertThat(SourceSizes.mainSources(root)).hasSizeGreaterThan(50);
        assertThat(SourceSizes.violations(root)).isEmpty();
    }
}
