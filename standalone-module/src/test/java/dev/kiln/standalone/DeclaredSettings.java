package dev.kiln.standalone;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.Constructor;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** The settings that the records of all modules declare, with their defaults. */
final class DeclaredSettings {

    private DeclaredSettings() {}

    static Map<String, String> ofAllModules() {
        var declared = new LinkedHashMap<String, String>();
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("dev.kiln").stream()
                        .filter(type -> type.isAnnotatedWith(ConfigurationProperties.class))
                        .map(JavaClass::reflect)
                        .forEach(type -> addSettings(
                                type.getAnnotation(ConfigurationProperties.class)
                                        .value(),
                                type,
                                declared));
        return declared;
    }

    private static void addSettings(String prefix, Class<?> type, Map<String, String> settings) {
        var constructor = type.getDeclaredConstructors()[0];
        var components = type.getRecordComponents();
        for (var i = 0; i < components.length; i++) {
            var key = prefix + "." + kebab(components[i].getName());
            if (components[i].getType().isRecord()) {
                addSettings(key, components[i].getType(), settings);
            } else {
                settings.put(key, defaultOf(constructor, i));
            }
        }
    }

    private static String defaultOf(Constructor<?> constructor, int parameter) {
        return Stream.of(constructor.getParameterAnnotations()[parameter])
                .filter(DefaultValue.class::isInstance)
                .map(annotation -> String.join(",", ((DefaultValue) annotation).value()))
                .collect(Collectors.joining());
    }

    private static String kebab(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
