package stagecoach.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.HTTPIngressPath;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.channel.Topic;
import stagecoach.migration.ServiceSchema;

class ManifestsTest {
    private static final String NAME = "app.kubernetes.io/name";
    private static final Pattern SETTING = Pattern.compile("STAGECOACH_[A-Z][A-Z_]*[A-Z]");
    private static final Pattern DOTTED = Pattern.compile("\"(stagecoach\\.[a-z.-]+)\"");
    private static final Pattern DEMANDED = Pattern.compile("\\$\\{(STAGECOACH_[A-Z_]+)}");

    /** Where the code of each pod lies. */
    private static final Map<String, String> MODULES =
            Map.of(
                    "orchestrator", "orchestrator-service/app",
                    "step-runner", "step-runner/app",
                    "package-service", "package-service/app",
                    "agent-gateway", "agent-gateway/app",
                    "cache", "package-service/cache");

    private static final Set<String> SERVICES =
            Set.of("orchestrator", "step-runner", "package-service", "agent-gateway");

    private static final Set<String> DATABASE_FIELDS =
            Set.of(
                    "/apiVersion",
                    "/kind",
                    "/metadata/name",
                    "/metadata/namespace",
                    "/spec/instances",
                    "/spec/postgresql/parameters/max_connections",
                    "/spec/bootstrap/initdb/database",
                    "/spec/bootstrap/initdb/owner",
                    "/spec/storage/size");

    @ParameterizedTest
    @ValueSource(strings = {"base", "production", "cache"})
    void every_object_holds_together_as_it_is_applied(String place) throws Exception {
        assumeTrue(
                isOnPath("kubectl"),
                "skipped: there is no kubectl here, which puts overlays together");
        Process kustomize =
                new ProcessBuilder("kubectl", "kustomize", "deploy/k8s/" + place)
                        .directory(Manifests.root().toFile())
                        .redirectErrorStream(true)
                        .start();
        String text = new String(kustomize.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(kustomize.waitFor()).as(text).isZero();
        holdsTogether(Manifests.ofText(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "cache"})
    void every_object_holds_together_as_it_is_written(String place) throws Exception {
        holdsTogether(Manifests.ofFiles(place));
    }

    @Test
    void a_misspelt_field_is_found_wherever_it_is() throws Exception {
        var wrong =
                Manifests.ofText(
                        """
                        apiVersion: apps/v1
                        kind: Deployment
                        metadata: {name: x}
                        spec: {template: {spec: {containers: [{name: x, imagePullPolice: Always}]}}}
                        """);
        assertThat(Unknown.fieldsOf("x", wrong.objects().getFirst()))
                .containsExactly("x.Spec.Template.Spec.Containers[0].imagePullPolice");
    }

    @Test
    void the_topics_are_those_of_the_code() {
        assertThat(
                        Manifests.ofFiles("base").all(KafkaTopic.class).stream()
                                .map(
                                        topic ->
                                                List.of(
                                                        topic.getMetadata().getName(),
                                                        topic.getSpec().getPartitions(),
                                                        topic.getSpec()
                                                                .getConfig()
                                                                .get("retention.ms"),
                                                        topic.getSpec()
                                                                .getConfig()
                                                                .get("compression.type"))))
                .containsExactlyInAnyOrderElementsOf(
                        Channels.all().stream().map(ManifestsTest::row).toList());
    }

    private static List<Object> row(Topic topic) {
        return List.of(
                topic.name(),
                topic.partitions(),
                Long.toString(topic.retention().toMillis()),
                topic.compression());
    }

    @Test
    void each_pod_is_told_what_its_code_demands_and_nothing_that_it_does_not_know()
            throws Exception {
        for (String place : List.of("base", "cache")) {
            Manifests manifests = Manifests.ofFiles(place);
            for (var server : manifests.servers().entrySet()) {
                String module = MODULES.get(server.getKey());
                assertThat(module).as(server.getKey()).isNotNull();
                boolean isCache = module.equals("package-service/cache");
                String code = code(module) + (isCache ? "" : code("foundation/runtime"));
                Set<String> told = told(server.getValue(), manifests);
                assertThat(told)
                        .as(server.getKey())
                        .containsAll(matches(DEMANDED, code))
                        .allSatisfy(name -> assertThat(name).matches("(STAGECOACH|QUARKUS)_.*"));
                assertThat(own(server.getValue())).as(server.getKey()).isSubsetOf(known(code));
            }
            assertThat(known(allCode())).as(place).containsAll(shared(manifests));
        }
    }

    @Test
    void the_migration_makes_the_schema_of_each_service() {
        Container migration =
                Manifests.ofFiles("base")
                        .pods()
                        .get("migration")
                        .getSpec()
                        .getContainers()
                        .getFirst();
        assertThat(migration.getArgs().stream().filter(each -> each.contains("=/migration/")))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(ServiceSchema.values())
                                .map(ServiceSchema::schema)
                                .flatMap(
                                        schema ->
                                                Stream.of(
                                                        schema + "=/migration/runtime",
                                                        schema + "=/migration/" + schema))
                                .toList());
    }

    @Test
    void one_service_may_call_another_exactly_if_its_code_knows_the_address() throws Exception {
        Set<String> called = new TreeSet<>();
        for (String caller : SERVICES) {
            String code = code(MODULES.get(caller));
            for (String other : SERVICES) {
                String address =
                        "STAGECOACH_%s_URL"
                                .formatted(other.toUpperCase(Locale.ROOT).replace('-', '_'));
                if (code.contains(address)) {
                    called.add(caller + " -> " + other);
                }
            }
        }
        assertThat(called).isNotEmpty();
        Set<String> out = new TreeSet<>();
        Set<String> in = new TreeSet<>();
        for (NetworkPolicy policy : Manifests.ofFiles("base").all(NetworkPolicy.class)) {
            String self = policy.getSpec().getPodSelector().getMatchLabels().get(NAME);
            policy.getSpec().getEgress().stream()
                    .flatMap(rule -> names(rule.getTo()))
                    .forEach(other -> out.add(self + " -> " + other));
            policy.getSpec().getIngress().stream()
                    .flatMap(rule -> names(rule.getFrom()))
                    .forEach(other -> in.add(other + " -> " + self));
        }
        assertThat(out).isEqualTo(called);
        assertThat(in).isEqualTo(called);
    }

    @Test
    void kafka_is_for_the_services_and_the_database_for_them_and_the_migration() {
        Set<String> kafka = new TreeSet<>();
        Set<String> database = new TreeSet<>();
        for (NetworkPolicy policy : Manifests.ofFiles("base").all(NetworkPolicy.class)) {
            String self = policy.getSpec().getPodSelector().getMatchLabels().get(NAME);
            for (var rule : policy.getSpec().getEgress()) {
                for (NetworkPolicyPeer peer : rule.getTo()) {
                    if (peer.getPodSelector() != null) {
                        Set<String> labels = peer.getPodSelector().getMatchLabels().keySet();
                        if (labels.contains("strimzi.io/cluster")) {
                            kafka.add(self);
                        }
                        if (labels.contains("cnpg.io/cluster")) {
                            database.add(self);
                        }
                    }
                }
            }
        }
        assertThat(kafka).isEqualTo(SERVICES);
        assertThat(database)
                .containsAll(SERVICES)
                .hasSize(SERVICES.size() + 1)
                .contains("migration");
    }

    private static void holdsTogether(Manifests manifests) throws Exception {
        assertThat(manifests.objects()).isNotEmpty();
        for (var each : manifests.objects()) {
            assertThat(Unknown.fieldsOf(each.getKind() + " " + each.getMetadata().getName(), each))
                    .as("fields that Kubernetes does not know")
                    .isEmpty();
        }
        for (var database : manifests.databases()) {
            assertThat(DATABASE_FIELDS).containsAll(leaves("", database));
        }
        for (Namespace namespace : manifests.all(Namespace.class)) {
            assertThat(namespace.getMetadata().getLabels())
                    .containsEntry("pod-security.kubernetes.io/enforce", "restricted");
        }
        manifests.pods().forEach(ManifestsTest::isRestricted);
        assertThat(manifests.servers()).isNotEmpty();
        manifests.servers().forEach(ManifestsTest::probesMeanWhatTheySay);
        selectorsMeetPods(manifests);
        ingressMeetsServices(manifests);
    }

    private static void isRestricted(String name, PodTemplateSpec pod) {
        var spec = pod.getSpec();
        assertThat(spec.getSecurityContext().getRunAsNonRoot()).as(name).isTrue();
        assertThat(spec.getSecurityContext().getRunAsUser()).as(name).isPositive();
        assertThat(spec.getSecurityContext().getSeccompProfile().getType())
                .as(name)
                .isEqualTo("RuntimeDefault");
        assertThat(spec.getAutomountServiceAccountToken()).as(name).isFalse();
        // A Service named "stagecoach-agent" would be the setting STAGECOACH_AGENT_PORT.
        assertThat(spec.getEnableServiceLinks()).as(name).isFalse();
        for (Container container : spec.getContainers()) {
            var security = container.getSecurityContext();
            assertThat(security.getAllowPrivilegeEscalation()).as(name).isFalse();
            assertThat(security.getReadOnlyRootFilesystem()).as(name).isTrue();
            assertThat(security.getCapabilities().getDrop()).as(name).containsExactly("ALL");
            Set<String> volumes =
                    container.getVolumeMounts().stream()
                            .map(mount -> mount.getName())
                            .collect(Collectors.toSet());
            for (EnvVar variable : container.getEnv()) {
                if (variable.getValue() != null) {
                    assertThat(variable.getName())
                            .as("a secret stands in %s", name)
                            .doesNotMatch(".*(KEY|PASSWORD|TRUST|CREDENTIAL)");
                }
            }
            assertThat(volumes).as(name).contains("tmp");
        }
    }

    private static void probesMeanWhatTheySay(String name, Container container) {
        Set<String> ports =
                container.getPorts().stream()
                        .map(port -> port.getName())
                        .collect(Collectors.toSet());
        HTTPGetAction live = container.getLivenessProbe().getHttpGet();
        HTTPGetAction started = container.getStartupProbe().getHttpGet();
        HTTPGetAction ready = container.getReadinessProbe().getHttpGet();
        assertThat(live.getPath()).as(name).isEqualTo("/q/health/live");
        assertThat(started.getPath()).as(name).isEqualTo("/q/health/live");
        assertThat(ready.getPath()).as(name).isEqualTo("/q/health/ready");
        for (HTTPGetAction each : List.of(live, started, ready)) {
            assertThat(ports).as(name).contains(each.getPort().getStrVal());
        }
        // Kafka's part of the answer takes two and a half seconds where Kafka is away.
        assertThat(container.getReadinessProbe().getTimeoutSeconds()).as(name).isGreaterThan(3);
    }

    private static void selectorsMeetPods(Manifests manifests) {
        for (Deployment each : manifests.all(Deployment.class)) {
            assertThat(selects(each.getSpec().getSelector(), each.getSpec().getTemplate()))
                    .isTrue();
        }
        for (StatefulSet each : manifests.all(StatefulSet.class)) {
            assertThat(selects(each.getSpec().getSelector(), each.getSpec().getTemplate()))
                    .isTrue();
        }
        for (Service each : manifests.all(Service.class)) {
            if (each.getMetadata().getName().equals("nobody")) {
                assertThat(each.getSpec().getSelector()).isEmpty();
                continue;
            }
            List<PodTemplateSpec> pods = selected(each.getSpec().getSelector(), manifests);
            assertThat(pods).as("pods of Service %s", each.getMetadata().getName()).hasSize(1);
            assertThat(portNames(pods.getFirst()))
                    .containsAll(
                            each.getSpec().getPorts().stream()
                                    .map(port -> port.getTargetPort().getStrVal())
                                    .toList());
        }
        for (PodDisruptionBudget each : manifests.all(PodDisruptionBudget.class)) {
            assertThat(selected(each.getSpec().getSelector().getMatchLabels(), manifests))
                    .as(each.getMetadata().getName())
                    .hasSize(1);
        }
        for (NetworkPolicy each : manifests.all(NetworkPolicy.class)) {
            var spec = each.getSpec();
            List<PodTemplateSpec> pods =
                    selected(spec.getPodSelector().getMatchLabels(), manifests);
            assertThat(pods).as(each.getMetadata().getName()).isNotEmpty();
            spec.getIngress().stream()
                    .flatMap(rule -> rule.getPorts().stream())
                    .map(NetworkPolicyPort::getPort)
                    .forEach(
                            port ->
                                    assertThat(portNames(pods.getFirst()))
                                            .contains(port.getStrVal()));
        }
    }

    private static void ingressMeetsServices(Manifests manifests) {
        for (Ingress ingress : manifests.all(Ingress.class)) {
            for (HTTPIngressPath path :
                    ingress.getSpec().getRules().getFirst().getHttp().getPaths()) {
                var backend = path.getBackend().getService();
                assertThat(manifests.all(Service.class))
                        .as(path.getPath())
                        .anySatisfy(
                                service -> {
                                    assertThat(service.getMetadata().getName())
                                            .isEqualTo(backend.getName());
                                    assertThat(service.getSpec().getPorts())
                                            .anyMatch(
                                                    port ->
                                                            port.getName()
                                                                    .equals(
                                                                            backend.getPort()
                                                                                    .getName()));
                                });
            }
        }
    }

    private static boolean selects(LabelSelector selector, PodTemplateSpec pod) {
        return pod.getMetadata()
                .getLabels()
                .entrySet()
                .containsAll(selector.getMatchLabels().entrySet());
    }

    private static List<PodTemplateSpec> selected(Map<String, String> labels, Manifests manifests) {
        return manifests.pods().values().stream()
                .filter(
                        pod ->
                                pod.getMetadata()
                                        .getLabels()
                                        .entrySet()
                                        .containsAll(labels.entrySet()))
                .toList();
    }

    private static Set<String> portNames(PodTemplateSpec pod) {
        return pod.getSpec().getContainers().stream()
                .flatMap(container -> container.getPorts().stream())
                .map(port -> port.getName())
                .collect(Collectors.toSet());
    }

    private static Stream<String> names(List<NetworkPolicyPeer> peers) {
        return peers.stream()
                .filter(peer -> peer.getPodSelector() != null)
                .map(peer -> peer.getPodSelector().getMatchLabels())
                .filter(labels -> labels.containsKey(NAME))
                .map(labels -> labels.get(NAME));
    }

    private static Set<String> told(Container container, Manifests manifests) {
        Set<String> told = own(container);
        if (!container.getEnvFrom().isEmpty()) {
            told.addAll(shared(manifests));
        }
        return told;
    }

    private static Set<String> own(Container container) {
        return container.getEnv().stream()
                .map(EnvVar::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> shared(Manifests manifests) {
        return manifests.all(ConfigMap.class).stream()
                .filter(map -> map.getMetadata().getName().equals("settings"))
                .flatMap(map -> map.getData().keySet().stream())
                .filter(name -> name.startsWith("STAGECOACH_"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What the code reads, under the names that an environment has for it. */
    private static Set<String> known(String code) {
        Set<String> known = matches(SETTING, code);
        DOTTED.matcher(code)
                .results()
                .map(each -> each.group(1).toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"))
                .forEach(known::add);
        return known;
    }

    private static Set<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(each -> each.groupCount() == 0 ? each.group() : each.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String allCode() throws IOException {
        StringBuilder all = new StringBuilder(code("foundation/runtime"));
        for (String module : MODULES.values()) {
            all.append(code(module));
        }
        return all.toString();
    }

    private static String code(String module) throws IOException {
        try (Stream<Path> files =
                Files.walk(Manifests.root().resolve(module).resolve("src/main"))) {
            return files.filter(
                            file ->
                                    file.toString().endsWith(".java")
                                            || file.toString().endsWith(".properties"))
                    .map(Manifests::text)
                    .collect(Collectors.joining("\n"));
        }
    }

    private static List<String> leaves(String at, Object value) {
        if (value instanceof Map<?, ?> map) {
            List<String> leaves = new ArrayList<>();
            map.forEach((key, each) -> leaves.addAll(leaves(at + "/" + key, each)));
            return leaves;
        }
        return List.of(at);
    }

    private static boolean isOnPath(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
