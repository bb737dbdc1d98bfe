package dev.kiln.testing;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

/** The architecture rules that can be checked on compiled classes. */
public final class KilnRules {

    public static final ArchRule PACKAGES_ARE_NAMED_BY_FEATURE = noClasses()
            .should()
            .resideInAnyPackage("dev.kiln..common..", "dev.kiln..util..", "dev.kiln..utils..")
            .because("a package is found by what it does, and \"common\" attracts whatever has no home");

    public static final ArchRule CLASSES_ARE_NAMED_AFTER_THE_DOMAIN = classes()
            .should()
            .haveNameNotMatching(".*(Impl|Util|Utils|Helper|Manager|Processor|Service)")
            .andShould()
            .haveNameNotMatching(".*\\.Abstract[A-Z][A-Za-z]*")
            .because("such words say nothing about the thing: name it by its noun in the domain");

    public static final ArchRule API_DOES_NOT_SEE_THE_WORKER = noClasses()
            .that()
            .resideInAPackage("dev.kiln.api..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.kiln.worker..")
            .because(
                    "the two processes meet in the database and in Kafka only, so each can be scaled and restarted alone")
            .allowEmptyShould(true);

    public static final ArchRule THE_WORKER_DOES_NOT_SEE_THE_API = noClasses()
            .that()
            .resideInAPackage("dev.kiln.worker..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.kiln.api..")
            .because(
                    "the two processes meet in the database and in Kafka only, so each can be scaled and restarted alone")
            .allowEmptyShould(true);

    public static final ArchRule KAFKA_IS_A_DOORBELL = noClasses()
            .that(not(resideInAnyPackage(
                    "dev.kiln.api.relay..",
                    "dev.kiln.worker.intake..",
                    "dev.kiln.embedded..",
                    "dev.kiln.testing..",
                    "dev.kiln.faults..")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "org.springframework.kafka..")
            .because(
                    "only the relay rings and only the intake hears; everything else reads the row, which is the truth");

    public static final ArchRule DEPENDENCIES_COME_BY_THE_CONSTRUCTOR = noFields()
            .should()
            .beAnnotatedWith("org.springframework.beans.factory.annotation.Autowired")
            .orShould()
            .beAnnotatedWith("org.springframework.beans.factory.annotation.Value")
            .orShould()
            .beAnnotatedWith("jakarta.inject.Inject")
            .because("what a class needs stands in its constructor, and a test can give it");

    public static final ArchRule ONLY_COMMANDS_WRITE_TO_THE_TERMINAL = noClasses()
            .that(not(resideInAnyPackage("dev.kiln.cli..", "dev.kiln.standalone..", "dev.kiln.faults..")))
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .because("what a server has to say goes to its log");

    private KilnRules() {}

    /**
     * Only classes named after what they store contain SQL; passing a JdbcClient on does not count as using it.
     *
     * @param stores simple names of those classes
     */
    public static ArchRule sqlOnlyIn(Set<String> stores) {
        return noClasses()
                .that(not(resideInAnyPackage(
                        "dev.kiln.embedded..", "dev.kiln.testing..", "dev.kiln.standalone..", "dev.kiln.faults..")))
                .and(not(isOneOf(stores)))
                .should()
                .accessClassesThat(resideInAPackage("org.springframework.jdbc.core..")
                        .or(resideInAPackage("java.sql..").and(not(simpleName("SQLException")))))
                .because("a statement stands beside the method that uses it, in the class named after the rows")
                .allowEmptyShould(true);
    }

    /** Whether it is one of these classes or nested in one. */
    private static DescribedPredicate<JavaClass> isOneOf(Set<String> names) {
        return DescribedPredicate.describe("a store: " + names, candidate -> {
            var outermost = candidate;
            while (outermost.getEnclosingClass().isPresent()) {
                outermost = outermost.getEnclosingClass().get();
            }
            return names.contains(outermost.getSimpleName());
        });
    }
}
