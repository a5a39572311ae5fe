package stagecoach.orchestrator.app.catalog.machine;

import java.util.Optional;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.request.JsonBody;
import stagecoach.vocabulary.identity.RegionId;

/** The fields that targets and workers share: where the machine is and how it is reached. */
final class ConnectionFields {
    /** The machine dials the gateway. */
    static final String POLLING = Communication.POLLING.name();

    private enum Communication {
        POLLING
    }

    private ConnectionFields() {}

    /** The region, if one is given. */
    static Optional<String> region(JsonBody body, KnownNames names) {
        Optional<RegionId> region = body.parsed("region", RegionId::new);
        region.ifPresent(
                id -> KnownNames.checkOne(body, "region", "region", id.value(), names.regions()));
        return region.map(RegionId::value);
    }

    /** How the machine is reached: it dials, whatever else is asked for. */
    static void read(JsonBody body) {
        if (body.text("communication").filter("LISTENING"::equals).isPresent()) {
            body.mistake("communication", "LISTENING is not there yet. Use POLLING.");
        } else {
            body.choice("communication", Communication.class);
        }
        body.notYet("address", "A tentacle dials the gateway itself; leave it out.");
        body.ignore("thumbprint", "health");
    }
}
