package stagecoach.gateway.app.test;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import stagecoach.local.engines.FreePort;

/** Ports and an identity for the gateway under test, and where it finds the other services. */
public final class GatewayResource implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
        List<Integer> ports = FreePort.find(3);
        var config = new HashMap<String, String>();
        config.put("STAGECOACH_AGENT_PORT", ports.get(0).toString());
        config.put("STAGECOACH_AGENT_PUBLIC_URL", "https://127.0.0.1:" + ports.get(0));
        config.put("STAGECOACH_BYTES_PORT", ports.get(1).toString());
        config.put("STAGECOACH_BYTES_PUBLIC_URL", "https://127.0.0.1:" + ports.get(1));
        String others = "http://127.0.0.1:" + ports.get(2);
        config.put("STAGECOACH_STEP_RUNNER_URL", others);
        config.put("STAGECOACH_PACKAGE_SERVICE_URL", others);
        try {
            config.put(
                    "STAGECOACH_AGENT_IDENTITY",
                    Files.createTempDirectory("gateway-identity").toString());
            config.put(
                    "STAGECOACH_AGENT_IDENTITY_ALSO",
                    Files.createTempDirectory("gateway-identity-also").toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return config;
    }

    @Override
    public void stop() {
        // Ports and folder are the operating system's again.
    }
}
