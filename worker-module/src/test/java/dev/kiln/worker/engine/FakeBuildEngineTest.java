package dev.kiln.worker.engine;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FakeBuildEngineTest extends BuildEngineContract {

    @TempDir
    private Path directory;

    @Override
    BuildEngine engine() {
        return new FakeBuildEngine(directory);
    }
}
