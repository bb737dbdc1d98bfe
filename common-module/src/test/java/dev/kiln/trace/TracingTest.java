package dev.kiln.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TracingTest {

    /** What is run where OpenTelemetry is not there. */
    public static final class Untraced implements Runnable {

        @Override
        public void run() {
            var place = TraceParent.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            try (var tracing = new Tracing(new TracingSettings("", 1), "kiln");
                    var work = tracing.begin(TracedWork.Kind.INTERNAL, "work", place)) {
                work.with("a", "b").with("c", 1).happened("something");
                work.failed("in vain");
                assertThat(work.place()).isEmpty();
                assertThat(tracing.isOn()).isFalse();
            }
            // As the container does with everything that it makes.
            assertThat(Tracing.class.getDeclaredMethods()).isNotEmpty();
            assertThat(Tracing.class.getDeclaredFields()).isNotEmpty();
        }
    }

    private static final class WithoutOpenTelemetry extends URLClassLoader {

        WithoutOpenTelemetry() {
            super(new URL[] {location(Tracing.class), location(Untraced.class)}, TracingTest.class.getClassLoader());
        }

        private static URL location(Class<?> type) {
            return type.getProtectionDomain().getCodeSource().getLocation();
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("io.opentelemetry.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("dev.kiln.trace.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                var loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }

    @Test
    void withoutACollectorNothingOfOpenTelemetryIsLoaded() throws Exception {
        try (var loader = new WithoutOpenTelemetry()) {
            var untraced = (Runnable) loader.loadClass(Untraced.class.getName())
                    .getDeclaredConstructor()
                    .newInstance();

            assertThatCode(untraced::run).doesNotThrowAnyException();
        }
    }

    @Test
    void aCollectorThatIsAwayHoldsNobodyUp() {
        try (var tracing = new Tracing(new TracingSettings("http://127.0.0.1:9", 1), "kiln");
                var work = tracing.begin(TracedWork.Kind.SERVER, "request", Optional.empty())) {
            assertThat(work.place()).isPresent();
        }
    }
}
