package dev.kiln.bench;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.kiln.testing.KilnRules;

/** The rules that hold for this module too, which the others do not see. */
@AnalyzeClasses(packages = "dev.kiln.bench", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule PACKAGES = KilnRules.PACKAGES_ARE_NAMED_BY_FEATURE;

    @ArchTest
    static final ArchRule INJECTION = KilnRules.DEPENDENCIES_COME_BY_THE_CONSTRUCTOR;
}
