package stagecoach.orchestrator.app;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A project of its own for each test: an environment, two regions, a worker at {@code hq}, web
 * machines, and the process of the demo.
 *
 * @param number tells its names from those of the other tests
 */
public record Shop(int number) {
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    /** Opens a new one with so many web machines. */
    public static Shop open(int machines) {
        var shop = new Shop(NUMBERS.incrementAndGet());
        Api.expect(201, Api.put("/environments/" + shop.environment(), "{}"));
        Api.put("/regions/eu", "{}");
        Api.put("/worker-pools/hq", "{}");
        Machines.worker("hq-1", "hq");
        for (int machine = 1; machine <= machines; machine++) {
            Machines.web(shop.web(machine), shop.environment(), "eu");
        }
        Api.expect(201, Api.put("/projects/" + shop.project(), "{\"name\": \"Web shop\"}"));
        shop.process(
                """
                {"steps": [
                  {"name": "open-tunnel", "kind": "SCRIPT", "phase": "PRE_ACQUISITION",
                   "runOn": {"workerPool": "hq"}, "script": {"syntax": "BASH", "body": "./tunnel up"}},
                  {"name": "server", "kind": "PACKAGE", "runOn": {"tags": ["web"]},
                   "package": {"feed": "built-in", "id": "Shop.Server"}},
                  {"name": "start", "kind": "SCRIPT", "runOn": {"tags": ["web"]},
                   "script": {"syntax": "BASH", "body": "./start"}},
                  {"name": "close-tunnel", "kind": "SCRIPT", "condition": "ALWAYS",
                   "runOn": {"workerPool": "hq"}, "script": {"syntax": "BASH", "body": "./tunnel down"}}
                ]}""");
        return shop;
    }

    public String project() {
        return "shop-" + number;
    }

    public String environment() {
        return "production-" + number;
    }

    public String web(int machine) {
        return "web-%d-%d".formatted(number, machine);
    }

    public void process(String json) {
        var response = Api.put("/projects/" + project() + "/process", json);
        if (response.statusCode() >= 300) {
            throw new AssertionError(response.asString());
        }
    }

    public void release(String version) {
        Api.expect(
                201,
                Api.post(
                        "/projects/" + project() + "/releases",
                        "{\"version\": \"%s\"}".formatted(version)));
    }

    /** The body of a request for a deployment. */
    public String request(String release) {
        return "{\"project\": \"%s\", \"release\": \"%s\", \"environment\": \"%s\"}"
                .formatted(project(), release, environment());
    }

    /** Asks for a deployment and returns its id. */
    public String deploy(String release) {
        return Api.expect(201, Api.post("/deployments", request(release))).getString("id");
    }
}
