package stagecoach.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import stagecoach.local.launcher.images.Image;

/** What {@code deploy/images} builds, held against the pods of {@code deploy/k8s} that run it. */
class ImagesTest {
    private static final Path ROOT = Manifests.root();
    private static final String DOCKERFILE =
            Manifests.text(ROOT.resolve("deploy/images/Dockerfile"));

    /** Above the ports that only root may open, since no pod has a capability. */
    private static final int FIRST_PORT = 1024;

    private static final Map<String, Image> IMAGES =
            Image.allIn(ROOT).stream().collect(Collectors.toMap(Image::name, Function.identity()));

    /** It runs on machines, not in pods. */
    private static final String TENTACLE = "tentacle";

    @Test
    void each_pod_runs_an_image_that_is_built_and_each_image_but_the_tentacles_is_run() {
        Set<String> built = new TreeSet<>(IMAGES.keySet());
        built.remove(TENTACLE);
        assertThat(pods().keySet()).isEqualTo(built);
    }

    @Test
    void a_pod_is_the_user_that_the_image_is_made_for() {
        MatchResult user = only("(?m)^USER (\\d+):(\\d+)$", DOCKERFILE);
        assertThat(DOCKERFILE)
                .as("whose volumes are")
                .contains("--chown=%s:%s volumes /".formatted(user.group(1), user.group(2)));
        pods().forEach(
                        (name, pod) -> {
                            var security = pod.getSecurityContext();
                            assertThat(security.getRunAsUser().toString())
                                    .as(name)
                                    .isEqualTo(user.group(1));
                            assertThat(security.getRunAsGroup().toString())
                                    .as(name)
                                    .isEqualTo(user.group(2));
                            if (!IMAGES.get(name).volumes().isEmpty()) {
                                assertThat(security.getFsGroup().toString())
                                        .as(name)
                                        .isEqualTo(user.group(2));
                            }
                        });
    }

    @Test
    void what_a_pod_may_write_to_is_its_tmp_and_the_volumes_of_its_image() {
        pods().forEach(
                        (name, pod) -> {
                            Set<String> writable =
                                    container(pod).getVolumeMounts().stream()
                                            .filter(mount -> !isReadOnly(mount))
                                            .map(VolumeMount::getMountPath)
                                            .collect(Collectors.toCollection(TreeSet::new));
                            Set<String> expected = new TreeSet<>(Set.of("/tmp"));
                            IMAGES.get(name).volumes().forEach(each -> expected.add("/" + each));
                            assertThat(writable).as(name).isEqualTo(expected);
                        });
    }

    @Test
    void a_pod_names_only_folders_that_are_mounted_or_in_its_image_and_ports_open_to_anybody() {
        pods().forEach(
                        (name, pod) -> {
                            Container container = container(pod);
                            List<String> there = new ArrayList<>();
                            container
                                    .getVolumeMounts()
                                    .forEach(mount -> there.add(mount.getMountPath() + "/"));
                            IMAGES.get(name).files().keySet().forEach(at -> there.add("/" + at));
                            assertThat(folders(container))
                                    .as(name)
                                    .allSatisfy(
                                            path ->
                                                    assertThat(there)
                                                            .as(path)
                                                            .anyMatch(path::startsWith));
                            assertThat(container.getPorts())
                                    .as(name)
                                    .extracting(ContainerPort::getContainerPort)
                                    .allMatch(port -> port >= FIRST_PORT);
                        });
    }

    @Test
    void a_pod_starts_what_its_image_starts_and_changes_nothing_that_the_image_settles() {
        String line =
                DOCKERFILE
                        .lines()
                        .filter(each -> each.startsWith("ENV "))
                        .findFirst()
                        .orElseThrow();
        Set<String> settled =
                Pattern.compile("([A-Z_]+)=")
                        .matcher(line)
                        .results()
                        .map(match -> match.group(1))
                        .collect(Collectors.toSet());
        assertThat(settled).contains("HOME", "LC_ALL");
        pods().forEach(
                        (name, pod) -> {
                            assertThat(container(pod).getCommand()).as(name).isEmpty();
                            assertThat(container(pod).getEnv())
                                    .as(name)
                                    .extracting(EnvVar::getName)
                                    .doesNotContainAnyElementsOf(settled);
                        });
    }

    @Test
    void what_starts_an_image_names_files_that_are_in_it() {
        IMAGES.forEach(
                (name, image) -> {
                    List<String> start = start(image);
                    assertThat(start)
                            .as(name)
                            .filteredOn(each -> each.contains("/opt/stagecoach/"))
                            .isNotEmpty()
                            .allSatisfy(
                                    each ->
                                            assertThat(
                                                            image.files().keySet().stream()
                                                                    .map(at -> "/" + at))
                                                    .as(each)
                                                    .anyMatch(each::contains));
                });
    }

    @Test
    void the_tentacle_of_the_image_runs_with_the_options_of_any_other() {
        String script = Manifests.text(ROOT.resolve("tentacle/src/dist/bin/stagecoach-tentacle"));
        String command = script.substring(script.lastIndexOf("exec "));
        List<String> elsewhere =
                Arrays.stream(command.split("[\\s\\\\]+"))
                        .filter(each -> each.startsWith("-X") || each.startsWith("--"))
                        // It is about the AOT cache, which the image has none of.
                        .filter(each -> !each.contains("AOT"))
                        .toList();
        assertThat(elsewhere).isNotEmpty();
        assertThat(start(IMAGES.get(TENTACLE)))
                .filteredOn(each -> each.startsWith("-X") || each.startsWith("--"))
                .containsExactlyElementsOf(elsewhere);
    }

    /** By the image that each runs. */
    private static Map<String, PodSpec> pods() {
        Map<String, PodSpec> pods = new TreeMap<>();
        for (String place : List.of("base", "cache")) {
            Manifests.ofFiles(place)
                    .pods()
                    .forEach(
                            (name, pod) -> {
                                String image = container(pod.getSpec()).getImage();
                                assertThat(image).as(name).matches("stagecoach/[a-z-]+:latest");
                                pods.put(
                                        image.substring(image.indexOf('/') + 1, image.indexOf(':')),
                                        pod.getSpec());
                            });
        }
        return pods;
    }

    private static Container container(PodSpec pod) {
        return pod.getContainers().getFirst();
    }

    private static boolean isReadOnly(VolumeMount mount) {
        return Boolean.TRUE.equals(mount.getReadOnly());
    }

    private static List<String> folders(Container container) {
        List<String> folders = new ArrayList<>();
        for (EnvVar each : container.getEnv()) {
            if (each.getValue() != null && each.getValue().startsWith("/")) {
                folders.add(each.getValue());
            }
        }
        for (String each : container.getArgs()) {
            if (each.contains("=/")) {
                folders.add(each.substring(each.indexOf('=') + 1));
            }
        }
        return folders;
    }

    private static List<String> start(Image image) {
        Path file = ROOT.resolve("deploy/images").resolve(image.start());
        assertThat(Files.isRegularFile(file)).as(file.toString()).isTrue();
        return Manifests.text(file)
                .lines()
                .filter(each -> !each.isBlank() && !each.startsWith("#"))
                .toList();
    }

    private static MatchResult only(String pattern, String text) {
        List<MatchResult> found = Pattern.compile(pattern).matcher(text).results().toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }
}
