package stagecoach.local.launcher.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.networking.v1.HTTPIngressPath;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import stagecoach.kubernetes.Manifests;

class IngressTest {
    private static final List<String> PATHS =
            List.of(
                    "/",
                    "/api",
                    "/api/openapi",
                    "/api/problems/stale",
                    "/api/v1",
                    "/api/v1/agents",
                    "/api/v1/agentsX",
                    "/api/v1/caches/eu-1",
                    "/api/v1/deployments/1/events",
                    "/api/v1/enrolments",
                    "/api/v1/feeds/built-in",
                    "/api/v1/services",
                    "/api/v1/services/agent-gateway/operation",
                    "/api/v1/services/orchestrator-service/operation",
                    "/api/v1/services/package-service/operation",
                    "/api/v1/services/step-runner/operation",
                    "/deployments/7f3k/live",
                    "/internal",
                    "/internal/v1/plans",
                    "/internals",
                    "/live",
                    "/login",
                    "/nuget/v3/index.json",
                    "/q",
                    "/q/health",
                    "/q/health/ready",
                    "/q/metrics",
                    "/query");

    private final List<HTTPIngressPath> ingress =
            Manifests.ofFiles("base")
                    .all(Ingress.class)
                    .getFirst()
                    .getSpec()
                    .getRules()
                    .getFirst()
                    .getHttp()
                    .getPaths();

    @Test
    void the_ingress_leads_each_path_where_the_edge_leads_it() {
        TreeSet<String> all = new TreeSet<>(PATHS);
        for (HTTPIngressPath each : ingress) {
            assertThat(each.getPathType()).as(each.getPath()).isEqualTo("Prefix");
            all.add(each.getPath());
            all.add(each.getPath().replaceAll("/$", "") + "/below");
            all.add(each.getPath() + "beside");
        }
        for (String path : all) {
            assertThat(service(path)).as(path).isEqualTo(Route.of(path).service());
        }
    }

    @Test
    void the_ingress_knows_every_service_of_the_edge() {
        assertThat(ingress.stream().map(each -> each.getBackend().getService().getName()))
                .contains(
                        List.of(Route.values()).stream()
                                .map(Route::service)
                                .toArray(String[]::new));
    }

    /** As Kubernetes says: by whole segments, and the longest wins. */
    private String service(String path) {
        return ingress.stream()
                .filter(
                        each ->
                                path.equals(each.getPath())
                                        || path.startsWith(
                                                each.getPath().replaceAll("/$", "") + "/"))
                .max(Comparator.comparingInt(each -> each.getPath().length()))
                .orElseThrow()
                .getBackend()
                .getService()
                .getName();
    }
}
