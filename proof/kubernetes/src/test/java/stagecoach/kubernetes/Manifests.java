package stagecoach.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/** The objects of one place under {@code deploy/k8s}, each as its model reads it. */
public final class Manifests {
    private static final Map<String, Class<? extends HasMetadata>> MODELS =
            Map.ofEntries(
                    Map.entry("v1/ConfigMap", ConfigMap.class),
                    Map.entry("v1/Namespace", Namespace.class),
                    Map.entry("v1/PersistentVolumeClaim", PersistentVolumeClaim.class),
                    Map.entry("v1/Service", Service.class),
                    Map.entry("apps/v1/Deployment", Deployment.class),
                    Map.entry("apps/v1/StatefulSet", StatefulSet.class),
                    Map.entry("batch/v1/Job", Job.class),
                    Map.entry("networking.k8s.io/v1/Ingress", Ingress.class),
                    Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
                    Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
                    Map.entry("kafka.strimzi.io/v1/KafkaTopic", KafkaTopic.class));

    /** CloudNativePG publishes no model for Java. */
    static final String DATABASE = "postgresql.cnpg.io/v1/Cluster";

    private final List<HasMetadata> objects = new ArrayList<>();
    private final List<Map<?, ?>> databases = new ArrayList<>();

    private Manifests(Stream<String> texts) {
        texts.forEach(this::read);
    }

    /** The files of a folder of {@code deploy/k8s} as they are, for machines without kubectl. */
    public static Manifests ofFiles(String folder) {
        try (Stream<Path> files = Files.list(root().resolve("deploy/k8s").resolve(folder))) {
            return new Manifests(
                    files
                            .filter(file -> file.toString().endsWith(".yaml"))
                            .filter(file -> !file.endsWith("kustomization.yaml"))
                            .sorted()
                            .map(Manifests::text)
                            .toList()
                            .stream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What somebody else has put together. */
    static Manifests ofText(String text) {
        return new Manifests(Stream.of(text));
    }

    private void read(String text) {
        for (Object each : new Yaml().loadAll(text)) {
            Map<?, ?> document = (Map<?, ?>) each;
            String kind = document.get("apiVersion") + "/" + document.get("kind");
            if (kind.equals(DATABASE)) {
                databases.add(document);
                continue;
            }
            Class<? extends HasMetadata> model = MODELS.get(kind);
            if (model == null) {
                throw new IllegalStateException("nobody here knows what a " + kind + " is");
            }
            objects.add(Serialization.unmarshal(new Yaml().dump(document), model));
        }
    }

    List<HasMetadata> objects() {
        return objects;
    }

    List<Map<?, ?>> databases() {
        return databases;
    }

    /** The objects of one kind. */
    public <T extends HasMetadata> List<T> all(Class<T> kind) {
        return objects.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** What pods are made from, by the name of who makes them. */
    Map<String, PodTemplateSpec> pods() {
        Map<String, PodTemplateSpec> pods = new LinkedHashMap<>();
        all(Deployment.class)
                .forEach(d -> pods.put(d.getMetadata().getName(), d.getSpec().getTemplate()));
        all(StatefulSet.class)
                .forEach(s -> pods.put(s.getMetadata().getName(), s.getSpec().getTemplate()));
        all(Job.class).forEach(j -> pods.put(j.getMetadata().getName(), j.getSpec().getTemplate()));
        return pods;
    }

    /** The pods that wait for requests. */
    Map<String, Container> servers() {
        Map<String, Container> servers = new LinkedHashMap<>();
        pods().forEach(
                        (name, pod) -> {
                            Container container = pod.getSpec().getContainers().getFirst();
                            if (!container.getPorts().isEmpty()) {
                                servers.put(name, container);
                            }
                        });
        return servers;
    }

    /** The project's root: the nearest folder upwards that has the {@code stagecoach} script. */
    static Path root() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isRegularFile(at.resolve("stagecoach"))
                    && Files.isDirectory(at.resolve("deploy"))) {
                return at;
            }
        }
        throw new IllegalStateException("the tests run outside the project");
    }

    static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
