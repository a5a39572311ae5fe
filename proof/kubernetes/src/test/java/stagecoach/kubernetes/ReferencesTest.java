package stagecoach.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferencesTest {
    private static final String HOW_TO = "docs/how-to/run-on-kubernetes.md";

    /** CloudNativePG makes it. */
    private static final String OF_THE_DATABASE = "stagecoach-postgres-app";

    @ParameterizedTest
    @ValueSource(strings = {"base", "cache"})
    void what_a_pod_refers_to_is_there_and_the_how_to_makes_each_of_its_secrets(String place) {
        Manifests manifests = Manifests.ofFiles(place);
        String howTo = Manifests.text(Manifests.root().resolve(HOW_TO));
        Set<String> claims =
                manifests.all(PersistentVolumeClaim.class).stream()
                        .map(claim -> claim.getMetadata().getName())
                        .collect(Collectors.toSet());
        assertThat(manifests.pods()).isNotEmpty();
        manifests
                .pods()
                .forEach(
                        (name, pod) -> {
                            PodSpec spec = pod.getSpec();
                            for (String secret : secrets(spec)) {
                                if (!secret.equals(OF_THE_DATABASE)) {
                                    assertThat(howTo)
                                            .as("%s of %s", secret, name)
                                            .contains("create secret generic " + secret + " ");
                                }
                            }
                            for (Volume volume : spec.getVolumes()) {
                                if (volume.getPersistentVolumeClaim() != null) {
                                    assertThat(claims)
                                            .contains(
                                                    volume.getPersistentVolumeClaim()
                                                            .getClaimName());
                                }
                            }
                            assertThat(mounted(spec))
                                    .as(name)
                                    .isEqualTo(volumes(name, spec, manifests));
                            for (EnvVar variable : spec.getContainers().getFirst().getEnv()) {
                                isInItsConfigMap(variable, manifests);
                            }
                        });
    }

    private static Set<String> secrets(PodSpec spec) {
        Set<String> secrets = new TreeSet<>();
        for (EnvVar variable : spec.getContainers().getFirst().getEnv()) {
            var from = variable.getValueFrom();
            if (from != null && from.getSecretKeyRef() != null) {
                secrets.add(from.getSecretKeyRef().getName());
            }
        }
        for (Volume volume : spec.getVolumes()) {
            if (volume.getSecret() != null) {
                secrets.add(volume.getSecret().getSecretName());
            }
        }
        return secrets;
    }

    private static Set<String> mounted(PodSpec spec) {
        return spec.getContainers().getFirst().getVolumeMounts().stream()
                .map(VolumeMount::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> volumes(String name, PodSpec spec, Manifests manifests) {
        Set<String> volumes =
                spec.getVolumes().stream()
                        .map(Volume::getName)
                        .collect(Collectors.toCollection(TreeSet::new));
        for (StatefulSet each : manifests.all(StatefulSet.class)) {
            if (each.getMetadata().getName().equals(name)) {
                each.getSpec()
                        .getVolumeClaimTemplates()
                        .forEach(claim -> volumes.add(claim.getMetadata().getName()));
            }
        }
        return volumes;
    }

    private static void isInItsConfigMap(EnvVar variable, Manifests manifests) {
        var from = variable.getValueFrom();
        if (from == null || from.getConfigMapKeyRef() == null) {
            return;
        }
        var key = from.getConfigMapKeyRef();
        List<ConfigMap> maps =
                manifests.all(ConfigMap.class).stream()
                        .filter(map -> map.getMetadata().getName().equals(key.getName()))
                        .toList();
        assertThat(maps).as(variable.getName()).hasSize(1);
        assertThat(maps.getFirst().getData()).as(variable.getName()).containsKey(key.getKey());
    }
}
