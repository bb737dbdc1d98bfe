package dev.kiln.start;

import org.springframework.aot.AotDetector;
import org.springframework.boot.SpringApplication;
import org.springframework.util.ClassUtils;

/** A process whose beans were determined when its jar was built (docs/adr/0028). */
public final class PreparedApplication {

    // The prepared beans rely on virtual threads: only Java 21 and newer prepare them.
    private static final int JAVA_WITH_VIRTUAL_THREADS = 21;

    private PreparedApplication() {}

    /**
     * The application of a class, not started. Its beans are not determined again at the start, unless it was not
     * prepared, Java is older than 21, or the system property {@code spring.aot.enabled} is false.
     */
    public static SpringApplication of(Class<?> main) {
        if (System.getProperty(AotDetector.AOT_ENABLED) == null && isPrepared(main)) {
            System.setProperty(AotDetector.AOT_ENABLED, "true");
        }
        var application = new SpringApplication(main);
        application.setMainApplicationClass(main);
        return application;
    }

    private static boolean isPrepared(Class<?> main) {
        return Runtime.version().feature() >= JAVA_WITH_VIRTUAL_THREADS
                && ClassUtils.isPresent(main.getName() + "__ApplicationContextInitializer", main.getClassLoader());
    }
}
