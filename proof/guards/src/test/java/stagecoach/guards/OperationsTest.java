package stagecoach.guards;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.access.browser.ForBrowsers;

/**
 * Who may call each operation over HTTP. A new one is written into the list, and so is a decision;
 * {@code -Dgolden.write=true} writes the list anew.
 */
class OperationsTest {
    private static final java.nio.file.Path GOLDEN =
            java.nio.file.Path.of("src/golden/operations.txt");

    /** The services that share one filter; a cache judges its readers itself. */
    private static final String[] SERVICES = {
        "stagecoach.runtime",
        "stagecoach.orchestrator.app",
        "stagecoach.steprunner.app",
        "stagecoach.packages.app",
        "stagecoach.gateway.app"
    };

    @Test
    void who_may_call_each_operation_has_been_decided() throws IOException {
        var operations = new TreeSet<String>();
        for (JavaClass found :
                new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .withImportOption(location -> !location.contains("tests.jar"))
                        .importPackages(SERVICES)) {
            if (found.isAnnotatedWith(Path.class)) {
                operations.addAll(operationsOf(loaded(found.getName())));
            }
        }
        String told = String.join("\n", operations) + "\n";
        if (Boolean.getBoolean("golden.write")) {
            Files.createDirectories(GOLDEN.getParent());
            Files.writeString(GOLDEN, told);
        }
        assertThat(told)
                .as(
                        "%s: decide who may call an operation, then let -Dgolden.write=true write it",
                        GOLDEN)
                .isEqualTo(Files.readString(GOLDEN));
    }

    private static Class<?> loaded(String name) {
        try {
            return Class.forName(name, false, OperationsTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> operationsOf(Class<?> resource) {
        var operations = new ArrayList<String>();
        for (Class<?> at = resource; at != null && at != Object.class; at = at.getSuperclass()) {
            for (Method method : at.getDeclaredMethods()) {
                if (!method.isBridge() && !Modifier.isStatic(method.getModifiers())) {
                    verb(method)
                            .ifPresent(
                                    verb ->
                                            operations.add(
                                                    "%s %s: %s"
                                                            .formatted(
                                                                    template(resource, method),
                                                                    verb,
                                                                    who(resource, method, verb))));
                }
            }
        }
        return operations;
    }

    private static Optional<String> verb(Method method) {
        return Arrays.stream(method.getAnnotations())
                .map(Annotation::annotationType)
                .map(type -> type.getAnnotation(HttpMethod.class))
                .filter(verb -> verb != null)
                .map(HttpMethod::value)
                .findFirst();
    }

    private static String template(Class<?> resource, Method method) {
        @Nullable Path own = method.getAnnotation(Path.class);
        return "/"
                + Stream.of(
                                resource.getAnnotation(Path.class).value(),
                                own == null ? "" : own.value())
                        .flatMap(path -> Arrays.stream(path.split("/")))
                        .filter(segment -> !segment.isEmpty())
                        .collect(Collectors.joining("/"));
    }

    /** As the filter of the services judges it. */
    private static String who(Class<?> resource, Method method, String verb) {
        String template = template(resource, method);
        if (isUnder("/internal", template)) {
            return "services";
        }
        if (isUnder("/api/problems", template)) {
            return "anybody";
        }
        @Nullable ForBrowsers page = annotation(method, ForBrowsers.class);
        if (page != null && page.anybody()) {
            return "anybody";
        }
        boolean reads = List.of("GET", "HEAD", "OPTIONS").contains(verb);
        @Nullable Needs needs = annotation(method, Needs.class);
        String roles =
                needs == null
                        ? (reads ? "READ" : "ADMIN")
                        : Arrays.stream(needs.value())
                                .map(Enum::name)
                                .collect(Collectors.joining(", "));
        boolean perhapsOpen = reads && isUnder("/nuget", template) && roles.contains("READ");
        if (page != null) {
            return roles + ", by a session";
        }
        return perhapsOpen ? roles + ", or anybody where the feed is public" : roles;
    }

    private static <A extends Annotation> @Nullable A annotation(Method method, Class<A> type) {
        A own = method.getAnnotation(type);
        return own == null ? method.getDeclaringClass().getAnnotation(type) : own;
    }

    private static boolean isUnder(String prefix, String template) {
        return template.equals(prefix) || template.startsWith(prefix + "/");
    }
}
