package dev.kiln.testing;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** The size rules: a method fits on one screen, and a class has at most 400 lines. */
public final class SourceSizes {

    static final int LINES_OF_A_METHOD = 40;
    static final int LINES_OF_A_FILE = 400;
    static final int PARAMETERS = 6;

    private SourceSizes() {}

    /** Violations in the main sources of all modules below the root, one line each. */
    public static List<String> violations(Path root) throws IOException {
        var sources = mainSources(root);
        var violations = new ArrayList<String>();
        for (var file : sources) {
            var lines = Files.readAllLines(file).size();
            if (lines > LINES_OF_A_FILE) {
                violations.add(root.relativize(file) + " has " + lines + " lines, more than " + LINES_OF_A_FILE);
            }
        }
        violations.addAll(inMethods(root, sources));
        return violations;
    }

    /** The main sources of all modules below the root. */
    public static List<Path> mainSources(Path root) throws IOException {
        try (var modules = Files.list(root)) {
            var sources = new ArrayList<Path>();
            for (var module : modules.sorted().toList()) {
                sources.addAll(javaFiles(module.resolve("src/main/java")));
            }
            return sources;
        }
    }

    /** The project's root, found from the module that a test runs in. */
    public static Path projectRoot() {
        var directory = Path.of("").toAbsolutePath();
        while (directory != null && !Files.isDirectory(directory.resolve("db/migration"))) {
            directory = directory.getParent();
        }
        if (directory == null) {
            throw new IllegalStateException("the tests were not started within the project");
        }
        return directory;
    }

    private static List<Path> javaFiles(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }

    // One compiler for all files: each compiler first scans the whole runtime.
    private static List<String> inMethods(Path root, List<Path> sources) throws IOException {
        var violations = new ArrayList<String>();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            var task = (JavacTask)
                    compiler.getTask(null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources));
            var trees = Trees.instance(task);
            for (var unit : task.parse()) {
                var file = root.relativize(Path.of(unit.getSourceFile().toUri()));
                new Methods(file, unit, trees).scan(unit, violations);
            }
        }
        return violations;
    }

    private static final class Methods extends TreePathScanner<@Nullable Void, List<String>> {

        private final Path file;
        private final CompilationUnitTree unit;
        private final Trees trees;

        Methods(Path file, CompilationUnitTree unit, Trees trees) {
            this.file = file;
            this.unit = unit;
            this.trees = trees;
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, List<String> violations) {
            var first = line(trees.getSourcePositions().getStartPosition(unit, method));
            var last = line(trees.getSourcePositions().getEndPosition(unit, method));
            var where = file + ":" + first + " method " + method.getName();
            if (last - first + 1 > LINES_OF_A_METHOD) {
                violations.add(where + " has " + (last - first + 1) + " lines, more than " + LINES_OF_A_METHOD);
            }
            if (method.getParameters().size() > PARAMETERS && !isOfRecord(method)) {
                violations.add(
                        where + " has " + method.getParameters().size() + " parameters, more than " + PARAMETERS);
            }
            return super.visitMethod(method, violations);
        }

        /** Excludes constructors of records, which take all of the record's components. */
        private boolean isOfRecord(MethodTree method) {
            var owner = getCurrentPath().getParentPath().getLeaf();
            return owner.getKind() == Tree.Kind.RECORD && method.getName().contentEquals("<init>");
        }

        private long line(long position) {
            return unit.getLineMap().getLineNumber(position);
        }
    }
}
