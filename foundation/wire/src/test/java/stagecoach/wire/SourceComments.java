package stagecoach.wire;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** What sources say of their types and of the components of their records, as plain text. */
final class SourceComments {
    private final Map<String, String> types = new HashMap<>();
    private final Map<String, String> components = new HashMap<>();

    private SourceComments() {}

    /** All of the sources in {@code folders}. */
    static SourceComments of(List<Path> folders) throws IOException {
        var sources = new ArrayList<Path>();
        for (Path folder : folders) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        var comments = new SourceComments();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            var task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    files,
                                    null,
                                    List.of("-proc:none"),
                                    null,
                                    files.getJavaFileObjectsFromPaths(sources));
            DocTrees docs = DocTrees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                if (unit.getPackageName() != null) {
                    comments.new Reader(docs, unit.getPackageName() + ".").scan(unit, null);
                }
            }
        }
        return comments;
    }

    /** What is said of a type. */
    Optional<String> of(Class<?> type) {
        return Optional.ofNullable(types.get(type.getCanonicalName()));
    }

    /** What is said of a component of a record. */
    Optional<String> of(Class<?> type, String component) {
        return Optional.ofNullable(components.get(type.getCanonicalName() + "#" + component));
    }

    private final class Reader extends TreePathScanner<Void, Void> {
        private final DocTrees docs;
        private String around;

        Reader(DocTrees docs, String around) {
            this.docs = docs;
            this.around = around;
        }

        @Override
        public Void visitClass(ClassTree type, Void nothing) {
            String name = around + type.getSimpleName();
            DocCommentTree comment = docs.getDocCommentTree(getCurrentPath());
            if (comment != null) {
                types.put(name, plain(comment.getFullBody()));
                for (DocTree tag : comment.getBlockTags()) {
                    if (tag instanceof ParamTree about) {
                        components.put(name + "#" + about.getName(), plain(about.getDescription()));
                    }
                }
            }
            String outside = around;
            around = name + ".";
            super.visitClass(type, null);
            around = outside;
            return null;
        }
    }

    private static String plain(List<? extends DocTree> text) {
        return text.stream()
                .map(DocTree::toString)
                .collect(Collectors.joining())
                .replaceAll("\\{@\\w+\\s+([^}]*)\\}", "$1")
                .replaceAll("\\s+", " ")
                .strip();
    }
}
