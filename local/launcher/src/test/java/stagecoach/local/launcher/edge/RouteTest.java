package stagecoach.local.launcher.edge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTest {
    @ParameterizedTest
    @CsvSource({
        "/api/v1/enrolments, AGENT_GATEWAY",
        "/api/v1/agents/web-1, AGENT_GATEWAY",
        "/api/v1/feeds, PACKAGE_SERVICE",
        "/api/v1/feeds/built-in/packages, PACKAGE_SERVICE",
        "/api/v1/caches/eu-1, PACKAGE_SERVICE",
        "/nuget/v3/index.json, PACKAGE_SERVICE",
        "/api/v1/services/step-runner/parked-streams, STEP_RUNNER",
        "/api/v1/services/agent-gateway/parked-streams, AGENT_GATEWAY",
        "/api/v1/services/package-service/parked-streams, PACKAGE_SERVICE",
        "/api/v1/services/orchestrator-service/parked-streams, ORCHESTRATOR",
        "/nugets, ORCHESTRATOR",
        "/api/v1/feedsack, ORCHESTRATOR",
        "/api/v1/deployments, ORCHESTRATOR",
        "/api/openapi, ORCHESTRATOR",
        "/q/health, ORCHESTRATOR",
        "/, ORCHESTRATOR",
        "/login, ORCHESTRATOR",
        "/logout, ORCHESTRATOR",
        "/live, ORCHESTRATOR",
        "/deployments/7f3k9qzm, ORCHESTRATOR",
        "/deployments/7f3k9qzm/live, ORCHESTRATOR",
        "/assets/stagecoach.css, ORCHESTRATOR",
        "/_static/htmx.org/2.0.2/dist/htmx.min.js, ORCHESTRATOR",
        "/internally, ORCHESTRATOR",
    })
    void each_path_belongs_to_one_service(String path, Route route) {
        assertThat(Route.of(path)).isEqualTo(route);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/internal",
                "/internal/snapshots",
                "/%69nternal/snapshots",
                "//internal/snapshots",
                "/api/../internal/snapshots",
                "/./internal/snapshots",
                "/../internal/snapshots",
                "/internal;a=b/snapshots",
                "/INTERNAL/snapshots",
                "/api/%2e%2e/internal/snapshots",
                "http://127.0.0.1/internal/snapshots",
                "HTTPS://edge:443//internal/snapshots",
                "/%zz/../internal/snapshots",
                "/internal/%",
                "/q/metrics",
                "/q//metrics",
                "/%71/%6detrics",
                "/Q/Metrics/",
                "/q/health/../metrics",
                "/q"
            })
    void what_services_say_to_each_other_or_of_themselves_is_closed_however_it_is_spelled(
            String path) {
        assertThat(Route.of(path)).isEqualTo(Route.NOWHERE);
    }
}
