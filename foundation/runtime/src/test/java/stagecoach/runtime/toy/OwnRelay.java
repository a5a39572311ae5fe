package stagecoach.runtime.toy;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** The toy service without a relay and a watch over gaps: the test brings its own. */
public final class OwnRelay implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of("stagecoach.relay.enabled", "false", "stagecoach.gaps.enabled", "false");
    }
}
